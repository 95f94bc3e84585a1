SELECT
  "r"."quantity",
  "r"."id",
  "r"."at",
  "r"."ormolu:system:_row_id",
  "r"."ormolu:system:_load_id",
  "r"."ormolu:n",
  "r"."ormolu:delete",
  "r"."ormolu:quarantine_id",
  "r"."ormolu:rule:1",
  CASE WHEN (
    "r"."ormolu:rule:1"
  ) THEN "r"."ormolu:raw" END AS "ormolu:raw",
  CASE
    WHEN (
      "r"."ormolu:rule:1"
    )
    THEN MD5(
      CONCAT(
        CASE
          WHEN CAST(STRUCT_EXTRACT("r"."ormolu:raw", 'id') AS TEXT) IS NULL
          THEN '-'
          ELSE LENGTH(CAST(STRUCT_EXTRACT("r"."ormolu:raw", 'id') AS TEXT)) || ':' || CAST(STRUCT_EXTRACT("r"."ormolu:raw", 'id') AS TEXT)
        END,
        CASE
          WHEN CAST(STRUCT_EXTRACT("r"."ormolu:raw", 'quantity') AS TEXT) IS NULL
          THEN '-'
          ELSE LENGTH(CAST(STRUCT_EXTRACT("r"."ormolu:raw", 'quantity') AS TEXT)) || ':' || CAST(STRUCT_EXTRACT("r"."ormolu:raw", 'quantity') AS TEXT)
        END,
        CASE
          WHEN CAST(STRUCT_EXTRACT("r"."ormolu:raw", 'at') AS TEXT) IS NULL
          THEN '-'
          ELSE LENGTH(CAST(STRUCT_EXTRACT("r"."ormolu:raw", 'at') AS TEXT)) || ':' || CAST(STRUCT_EXTRACT("r"."ormolu:raw", 'at') AS TEXT)
        END
      )
    )
  END AS "ormolu:raw_hash",
  LIST_FILTER([CASE WHEN "r"."ormolu:rule:1" THEN 'cast_quantity' END], LAMBDA x : NOT x IS NULL) AS "ormolu:broken"
FROM (
  SELECT
    "r".*
    REPLACE (CASE WHEN "r"."ormolu:rule:1" THEN CAST(1 AS INT) ELSE "r"."quantity" END AS "quantity")
  FROM (
    SELECT
      "r".*,
      NOT (
        "r"."ormolu:delete"
      ) AND (
        "r"."ormolu:cast:0"
      ) AS "ormolu:rule:1"
    FROM (
      SELECT
        "r".*,
        FALSE AS "ormolu:delete"
      FROM (
        SELECT
          CASE
            WHEN REGEXP_FULL_MATCH(TRIM("r"."quantity"), '[+-]?[0-9]+')
            THEN TRY_CAST("r"."quantity" AS INT)
          END AS "quantity",
          (
            NOT "r"."quantity" IS NULL
            AND (
              CASE
                WHEN REGEXP_FULL_MATCH(TRIM("r"."quantity"), '[+-]?[0-9]+')
                THEN TRY_CAST("r"."quantity" AS INT)
              END
            ) IS NULL
          ) AS "ormolu:cast:0",
          "r"."id" AS "id",
          "r"."at" AS "at",
          "r"."ormolu:system:_row_id" AS "ormolu:system:_row_id",
          "r"."ormolu:system:_load_id" AS "ormolu:system:_load_id",
          "r"."ormolu:system:_row_id" AS "_row_id",
          "r"."ormolu:system:_load_id" AS "_load_id",
          {'id': "r"."id", 'quantity': "r"."quantity", 'at': "r"."at", 'ormolu:system:_row_id': "r"."ormolu:system:_row_id", 'ormolu:system:_load_id': "r"."ormolu:system:_load_id"} AS "ormolu:raw",
          "r"."ormolu:quarantine_id" AS "ormolu:quarantine_id",
          ROW_NUMBER() OVER () AS "ormolu:n"
        FROM (
          SELECT
            i.*,
            CAST(NULL AS BIGINT) AS "ormolu:quarantine_id"
          FROM (
            SELECT
              *
            FROM input
          ) AS i
        ) AS r
      ) AS r
    ) AS r
  ) AS r
) AS r;
