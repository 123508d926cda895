/**
 * A self-signed certificate for `localhost` and its key, used only by the benchmark and by tests. Created by
 * `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj /CN=localhost
 * -addext subjectAltName=DNS:localhost`.
 */
export const LOCALHOST = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBlTCCATugAwIBAgIUGha1ZOSrS15KvMv/O2qYXZD/kPowCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTE3NTEzN1oYDzIxMjYxMDI4
MTc1MTM3WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATIWU+5q9EYnLDs6ue6a2m9+tRmwIAtUEhrK9dl62qD8Pm9lvhmk09r
u29ZcnV6L0ofZYkI3xWQIXn29hQwS37so2kwZzAdBgNVHQ4EFgQUVcURgK7m1JIn
RAssckmYhOZS7XUwHwYDVR0jBBgwFoAUVcURgK7m1JInRAssckmYhOZS7XUwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SAAwRQIhAKv7cfNN558fpnQ9ze8anVUesh0y+Baqt9sL+LN+n7AyAiB/JnnnT4PQ
hGMV+0GV4Q/eLPJUPFTNqjzh8CqPrE7GWw==
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgXwYPdoxNHZfqeBJy
B+X7TJ4kA/dSWceKOVq87HpO0GOhRANCAATIWU+5q9EYnLDs6ue6a2m9+tRmwIAt
UEhrK9dl62qD8Pm9lvhmk09ru29ZcnV6L0ofZYkI3xWQIXn29hQwS37s
-----END PRIVATE KEY-----
`,
} as const;
