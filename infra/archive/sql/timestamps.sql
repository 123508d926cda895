-- One row per timestamp of the exported blocks. The names are those of the API.
WITH images AS (
  -- A full export has items, an incremental one new images. A deleted item has only keys and is omitted here, because
  -- the export of its day has the block.
  SELECT coalesce(item, newimage) AS image FROM exports
),
blocks AS (
  -- Exports may overlap: after a restore, or if one was repeated. A block never changes, so any copy of it will do.
  SELECT
    image.pk.s AS pk,
    image.sk.s AS sk,
    arbitrary(image.instance.s) AS instance,
    arbitrary(image.region.s) AS region,
    arbitrary(CAST(image.errormicros.n AS bigint)) AS error_micros,
    arbitrary(image.lines.s) AS lines
  FROM images
  WHERE regexp_like(image.pk.s, '^[0-9]{4}-[0-9]{2}-[0-9]{2}#[0-9]+$')
  GROUP BY image.pk.s, image.sk.s
),
lines AS (
  SELECT
    date_parse(substr(sk, 1, 16), '%Y-%m-%dT%H:%i') AS last_minute,
    substr(sk, 18, 9) AS last_second,
    split_part(line, ' ', 1) AS second,
    split_part(line, ' ', 2) AS trace,
    split_part(line, ' ', 3) AS client_address,
    split_part(line, ' ', 4) AS protocol,
    instance,
    region,
    error_micros
  FROM blocks
  CROSS JOIN UNNEST(split(lines, chr(10))) AS each_line (line)
),
times AS (
  -- The latest time with this second that is not after the block's last timestamp.
  SELECT
    CASE WHEN second <= last_second THEN last_minute ELSE last_minute - INTERVAL '1' MINUTE END AS minute,
    second,
    trace,
    client_address,
    CASE WHEN protocol = 'http' THEN 'http' ELSE 'https' END AS protocol,
    instance,
    region,
    error_micros
  FROM lines
),
seconds AS (
  SELECT
    *,
    date_diff('second', TIMESTAMP '1970-01-01 00:00:00', minute) + CAST(substr(second, 1, 2) AS bigint) AS epoch_second
  FROM times
)
SELECT
  date_format(minute, '%Y-%m-%dT%H:%i:') || second || 'Z' AS time,
  epoch_second * 1000000 + CAST(substr(second, 4, 6) AS bigint) AS micros,
  CASE
    WHEN length(trace) = 24 THEN '1-' || lpad(lower(to_base(epoch_second, 16)), 8, '0') || '-' || trace
    ELSE trace
  END AS trace_id,
  client_address,
  protocol,
  instance,
  region,
  error_micros
FROM seconds
