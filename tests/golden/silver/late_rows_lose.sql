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
  COALESCE(t._created_at, d._created_at) AS "ormolu:created_at",
  CASE WHEN d._row_id IS NOT DISTINCT FROM w._row_id THEN d._deleted_at END AS "ormolu:deleted_at",
  CASE
    WHEN COALESCE("t"."ormolu:is_there", FALSE)
    AND (
      "t"."at" > "w"."at"
      OR (
        "w"."at" IS NULL AND NOT "t"."at" IS NULL
      )
      OR (
        "w"."at" IS NOT DISTINCT FROM "t"."at"
        AND (
          "t"."_row_id" > "w"."_row_id"
          OR (
            "w"."_row_id" IS NULL AND NOT "t"."_row_id" IS NULL
          )
          OR (
            "w"."_row_id" IS NOT DISTINCT FROM "t"."_row_id" AND FALSE
          )
        )
      )
    )
    THEN 'late'
    WHEN COALESCE("d"."ormolu:is_there", FALSE)
    AND (
      "d"."at" > "w"."at"
      OR (
        "w"."at" IS NULL AND NOT "d"."at" IS NULL
      )
      OR (
        "w"."at" IS NOT DISTINCT FROM "d"."at"
        AND (
          "d"."_row_id" > "w"."_row_id"
          OR (
            "w"."_row_id" IS NULL AND NOT "d"."_row_id" IS NULL
          )
          OR (
            "w"."_row_id" IS NOT DISTINCT FROM "d"."_row_id" AND FALSE
          )
        )
      )
    )
    THEN 'late of deleted'
    WHEN "w"."ormolu:delete" AND "t"."ormolu:is_there"
    THEN 'delete'
    WHEN "w"."ormolu:delete" AND "d"."ormolu:is_there"
    THEN 'deleted before'
    WHEN "w"."ormolu:delete"
    THEN 'tombstone'
    WHEN "t"."ormolu:is_there" IS NULL
    THEN 'insert'
    WHEN t._hash = w._hash
    THEN 'unchanged'
    ELSE 'update'
  END AS "ormolu:kind"
FROM "ormolu_winners" AS w
LEFT JOIN (
  SELECT
    r.*,
    TRUE AS "ormolu:is_there"
  FROM (
    SELECT
      *
    FROM published
  ) AS r
) AS t
  ON (
    "w"."id" IS NOT DISTINCT FROM "t"."id"
  )
LEFT JOIN (
  SELECT
    r.*,
    TRUE AS "ormolu:is_there"
  FROM (
    SELECT
      CAST(NULL AS TEXT) AS "id",
      CAST(NULL AS TEXT) AS "quantity",
      CAST(NULL AS TIMESTAMPTZ) AS "at",
      CAST(NULL AS BIGINT) AS "_row_id",
      CAST(NULL AS TIMESTAMPTZ) AS "_created_at",
      CAST(NULL AS TIMESTAMPTZ) AS "_updated_at",
      CAST(NULL AS BIGINT) AS "_load_id",
      CAST(NULL AS TEXT) AS "_source_system",
      CAST(NULL AS TEXT) AS "_change_type",
      CAST(NULL AS TEXT) AS "_hash",
      CAST(NULL AS BOOLEAN) AS "_is_current",
      CAST(NULL AS TIMESTAMPTZ) AS "_load_timestamp",
      CAST(NULL AS TIMESTAMPTZ) AS "_deleted_at",
      CAST(NULL AS TIMESTAMPTZ) AS "_last_sequence_1",
      CAST(NULL AS BIGINT) AS "_last_row_id"
    WHERE
      FALSE
  ) AS r
) AS d
  ON (
    "w"."id" IS NOT DISTINCT FROM "d"."id"
  );

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
  "l"."quantity",
  "l"."at" AS "_last_sequence_1",
  "l"."_row_id" AS "_last_row_id",
  "d"."id",
  "d"."at",
  "d"."_row_id",
  "d"."_load_id",
  "d"."_hash",
  "d"."_created_at" AS "ormolu:created_at",
  "d"."_deleted_at" AS "ormolu:deleted_at"
FROM "ormolu_live" AS l
INNER JOIN (
  SELECT
    CAST(NULL AS TEXT) AS "id",
    CAST(NULL AS TEXT) AS "quantity",
    CAST(NULL AS TIMESTAMPTZ) AS "at",
    CAST(NULL AS BIGINT) AS "_row_id",
    CAST(NULL AS TIMESTAMPTZ) AS "_created_at",
    CAST(NULL AS TIMESTAMPTZ) AS "_updated_at",
    CAST(NULL AS BIGINT) AS "_load_id",
    CAST(NULL AS TEXT) AS "_source_system",
    CAST(NULL AS TEXT) AS "_change_type",
    CAST(NULL AS TEXT) AS "_hash",
    CAST(NULL AS BOOLEAN) AS "_is_current",
    CAST(NULL AS TIMESTAMPTZ) AS "_load_timestamp",
    CAST(NULL AS TIMESTAMPTZ) AS "_deleted_at",
    CAST(NULL AS TIMESTAMPTZ) AS "_last_sequence_1",
    CAST(NULL AS BIGINT) AS "_last_row_id"
  WHERE
    FALSE
) AS d
  ON (
    "l"."id" IS NOT DISTINCT FROM "d"."id"
  )
SEMI JOIN (
  SELECT
    c.*
  FROM "ormolu_changes" AS c
  WHERE
    "c"."ormolu:kind" IN ('late of deleted')
) AS c
  ON (
    "l"."id" IS NOT DISTINCT FROM "c"."id"
  )
WHERE
  (
    "l"."at" > "d"."_last_sequence_1"
    OR (
      "d"."_last_sequence_1" IS NULL AND NOT "l"."at" IS NULL
    )
    OR (
      "d"."_last_sequence_1" IS NOT DISTINCT FROM "l"."at"
      AND (
        "l"."_row_id" > "d"."_last_row_id"
        OR (
          "d"."_last_row_id" IS NULL AND NOT "l"."_row_id" IS NULL
        )
        OR (
          "d"."_last_row_id" IS NOT DISTINCT FROM "l"."_row_id" AND FALSE
        )
      )
    )
  );

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
