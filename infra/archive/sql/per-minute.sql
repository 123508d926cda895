-- Timestamps in each minute.
SELECT substr(time, 1, 16) AS minute, count(*) AS timestamps
FROM timestamps
GROUP BY substr(time, 1, 16)
ORDER BY minute
