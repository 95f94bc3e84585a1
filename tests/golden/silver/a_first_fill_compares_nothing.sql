SELECT
  "s"."id",
  "s"."quantity",
  "s"."at",
  CAST("s"."ormolu:system:_row_id" AS BIGINT) AS "_row_id",
  CAST("s"."ormolu:system:_load_id" AS BIGINT) AS "_load_id",
  "s"."ormolu:delete",
  "s"."ormolu:n",
  MD5(
    CONCAT(
      CASE
        WHEN CAST("s"."id" AS TEXT) IS NULL
        THEN '-'
        ELSE LENGTH(CAST("s"."id" AS TEXT)) || ':' || CAST("s"."id" AS TEXT)
      END,
      CASE
        WHEN CAST("s"."quantity" AS TEXT) IS NULL
        THEN '-'
        ELSE LENGTH(CAST("s"."quantity" AS TEXT)) || ':' || CAST("s"."quantity" AS TEXT)
      END,
      CASE
        WHEN CAST("s"."at" AS TEXT) IS NULL
        THEN '-'
        ELSE LENGTH(CAST("s"."at" AS TEXT)) || ':' || CAST("s"."at" AS TEXT)
      END
    )
  ) AS "_hash"
FROM "staged" AS s
WHERE
  NOT (
    FALSE
  );

SELECT
  "v"."id"
FROM "ormolu_versions" AS v
GROUP BY
  "v"."id"
HAVING
  COUNT(*) > 1;

SELECT
  *
FROM (
  SELECT
    v.*
  FROM "ormolu_versions" AS v
  ANTI JOIN "ormolu_twice" AS t
    ON (
      "v"."id" IS NOT DISTINCT FROM "t"."id"
    )
) AS "alone"
UNION ALL
SELECT
  *
FROM (
  SELECT
    v.*
  FROM (
    SELECT
      v.*
    FROM "ormolu_versions" AS v
    SEMI JOIN "ormolu_twice" AS t
      ON (
        "v"."id" IS NOT DISTINCT FROM "t"."id"
      )
  ) AS v
  QUALIFY
    ROW_NUMBER() OVER (
      PARTITION BY "v"."id"
      ORDER BY "v"."at" DESC, "v"."_row_id" DESC, "v"."ormolu:n" DESC
    ) = 1
) AS "newest";

SELECT
  w.*,
  CAST(NULL AS TIMESTAMPTZ) AS "ormolu:created_at",
  CAST(NULL AS TIMESTAMPTZ) AS "ormolu:deleted_at",
  CASE WHEN "w"."ormolu:delete" THEN 'tombstone' ELSE 'insert' END AS "ormolu:kind"
FROM "ormolu_winners" AS w;

SELECT
  t.*
FROM (
  SELECT
    *
  FROM published
) AS t
WHERE
  FALSE;

SELECT
  v.*
FROM (
  SELECT
    v.*
  FROM "ormolu_versions" AS v
  SEMI JOIN (
    SELECT
      c.*
    FROM "ormolu_changes" AS c
    WHERE
      "c"."ormolu:kind" IN ('delete', 'tombstone', 'deleted before', 'late of deleted')
  ) AS c
    ON (
      "v"."id" IS NOT DISTINCT FROM "c"."id"
    )
  WHERE
    NOT "v"."ormolu:delete"
) AS v
QUALIFY
  ROW_NUMBER() OVER (
    PARTITION BY "v"."id"
    ORDER BY "v"."at" DESC, "v"."_row_id" DESC, "v"."ormolu:n" DESC
  ) = 1;

SELECT
  CAST("c"."id" AS TEXT) AS "id",
  CAST("c"."quantity" AS TEXT) AS "quantity",
  CAST("c"."at" AS TIMESTAMPTZ) AS "at",
  CAST("c"."_row_id" AS BIGINT) AS "_row_id",
  CAST(COALESCE("c"."ormolu:created_at", CAST('2026-03-01T00:00:00+00:00' AS TIMESTAMPTZ)) AS TIMESTAMPTZ) AS "_created_at",
  CAST(CAST('2026-03-01T00:00:00+00:00' AS TIMESTAMPTZ) AS TIMESTAMPTZ) AS "_updated_at",
  CAST("c"."_load_id" AS BIGINT) AS "_load_id",
  CAST('shop' AS TEXT) AS "_source_system",
  CAST("c"."ormolu:kind" AS TEXT) AS "_change_type",
  CAST("c"."_hash" AS TEXT) AS "_hash",
  CAST(TRUE AS BOOLEAN) AS "_is_current",
  CAST(CAST('2026-03-01T00:00:00+00:00' AS TIMESTAMPTZ) AS TIMESTAMPTZ) AS "_load_timestamp"
FROM "ormolu_changes" AS c
WHERE
  "c"."ormolu:kind" IN ('insert', 'update');

SELECT
  "id"
FROM "ormolu_changes" AS c
WHERE
  "c"."ormolu:kind" IN ('update', 'delete')
UNION ALL
SELECT
  "id"
FROM "ormolu_missing" AS "missing";
