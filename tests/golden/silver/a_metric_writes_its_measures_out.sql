SELECT
  DATE_TRUNC('month', day) AS "month",
  SUM(amount) AS "total",
  COUNT(*) AS "orders",
  (
    SUM(amount)
  ) / (
    COUNT(*)
  ) AS "average"
FROM "silver"."sales"
WHERE
  NOT test
GROUP BY
  DATE_TRUNC('month', day);
