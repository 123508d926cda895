-- The longest times without a timestamp, of at least 10 seconds.
SELECT time AS last_before, next_time AS first_after, (next_micros - micros) / 1e6 AS seconds
FROM (
  SELECT
    time,
    micros,
    lead(time) OVER (ORDER BY micros) AS next_time,
    lead(micros) OVER (ORDER BY micros) AS next_micros
  FROM timestamps
) AS pairs
WHERE next_micros - micros >= 10000000
ORDER BY seconds DESC
LIMIT 1000
