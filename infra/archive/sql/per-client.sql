-- Timestamps of each client, those with the most first.
SELECT client_address, count(*) AS timestamps, min(time) AS first_time, max(time) AS last_time
FROM timestamps
GROUP BY client_address
ORDER BY timestamps DESC, client_address
LIMIT 1000
