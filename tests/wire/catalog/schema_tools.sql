-- What generators, API servers and monitors ask, one construct a statement.

-- [pgadmin encodings]
SELECT encoding FROM (SELECT pg_catalog.pg_encoding_to_char(s.i) AS encoding
FROM (SELECT pg_catalog.generate_series(0, 100, 1) AS i) s) a WHERE encoding <> '' ORDER BY encoding

-- [pgadmin fill factor]
SELECT conname, substring(array_to_string(i.reloptions, ',') FROM 'fillfactor=([0-9]*)') AS fillfactor,
  substring('fillfactor=70,x' FROM 'fillfactor=([0-9]*)') AS given, substring(conname FROM 2 FOR 3) AS part
FROM pg_constraint c JOIN pg_class i ON i.oid = c.conindid WHERE conrelid = {silver.customers}::oid AND contype = 'p'

-- [pgadmin included columns]
SELECT a.attname AS colname FROM (SELECT i.indnkeyatts, i.indrelid, pg_catalog.unnest(indkey) AS table_colnum,
    pg_catalog.unnest(ARRAY(SELECT pg_catalog.generate_series(1, i.indnatts) AS n)) AS attnum
  FROM pg_catalog.pg_index i WHERE i.indexrelid = {silver.customers_pkey}::oid) i
JOIN pg_catalog.pg_attribute a ON (a.attrelid = i.indrelid AND i.table_colnum = a.attnum) WHERE i.attnum <= i.indnkeyatts ORDER BY i.attnum

-- [pgadmin index columns]
SELECT i.attnum, CASE i.indoption[i.attnum - 1] WHEN 0 THEN ARRAY['ASC', 'NULLS LAST'] ELSE ARRAY['UNKNOWN ' || i.indoption[i.attnum - 1]::text, ''] END::text[] AS options,
  pg_catalog.pg_get_indexdef(i.indexrelid, i.attnum, true) AS attdef, o.opcname
FROM (SELECT indexrelid, i.indoption, i.indclass, pg_catalog.unnest(ARRAY(SELECT pg_catalog.generate_series(1, i.indnkeyatts) AS n)) AS attnum
  FROM pg_catalog.pg_index i WHERE i.indexrelid = {silver.customers_pkey}::oid) i
LEFT JOIN pg_catalog.pg_opclass o ON o.oid = i.indclass[i.attnum - 1]
LEFT JOIN pg_catalog.pg_constraint c ON c.conindid = i.indexrelid
LEFT JOIN pg_catalog.pg_operator op ON op.oid = c.conexclop[i.attnum] ORDER BY i.attnum

-- [pgadmin functions]
SELECT proname, oidvectortypes(proargtypes) AS types, proargtypes::regtype[]::text[] IS NOT NULL AS has, proallargtypes FROM pg_proc WHERE proname IN ('abs', 'now') ORDER BY proname, 2

-- [pgadmin standby]
SELECT pid, 'Standby [' || coalesce(host(client_addr), client_hostname, 'Socket') || ']' AS name FROM pg_stat_replication ORDER BY pid

-- [pgadmin triggers]
SELECT t.tgname, (string_to_array(encode(tgargs, 'escape'), E'\\000')::text[])[1:tgnargs] AS arguments, tgtype & 1 AS is_row, (tgtype & 28) AS events,
  CASE WHEN (t.tgtype::int::bit(7) & b'0000001')::int = 0 THEN 'STATEMENT' ELSE 'ROW' END AS level
FROM pg_trigger t WHERE NOT tgisinternal ORDER BY tgname

-- [pgadmin referring tables]
SELECT co.conname, nl.nspname FROM pg_depend dep JOIN pg_constraint co ON dep.objid = co.oid JOIN pg_class cl ON cl.oid = co.conrelid
JOIN pg_namespace nl ON nl.oid = cl.relnamespace WHERE dep.refobjid = {silver.customers}::oid AND deptype = 'n'

-- [pgadmin index statistics]
SELECT schemaname, relname, indexrelname, idx_scan, idx_tup_read, idx_tup_fetch FROM pg_stat_all_indexes WHERE relid = {silver.customers}::oid ORDER BY indexrelname

-- [pgadmin table statistics]
SELECT st.relname, st.n_tup_ins, st.n_dead_tup, io.relid = st.relid AS is_same FROM pg_stat_all_tables st JOIN pg_statio_all_tables io ON io.relid = st.relid
WHERE st.schemaname = 'silver' ORDER BY st.relname

-- [pgadmin database statistics]
SELECT datname, numbackends > 0 AS has_backends, deadlocks, conflicts FROM pg_stat_database WHERE datname = current_database()

-- [exporter index io]
SELECT relname, indexrelname, idx_blks_read >= 0 AS is_read FROM pg_statio_user_indexes WHERE schemaname = 'silver' ORDER BY 1, 2

-- [exporter user indexes]
SELECT count(*) > 0 FROM pg_stat_user_indexes WHERE schemaname IN ('silver', 'gold')

-- [dbgate keys]
SELECT n.nspname, c.conname, t.relname, a.attname, cols.ordinal_position FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
JOIN LATERAL unnest(c.conkey) WITH ORDINALITY AS cols(attnum, ordinal_position) ON TRUE
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = cols.attnum WHERE c.contype = 'p' AND n.nspname = 'silver' ORDER BY t.relname, cols.ordinal_position

-- [dbgate foreign keys]
SELECT con.conname, att.attname AS column_name, att2.attname AS ref_column_name FROM pg_constraint con
JOIN LATERAL unnest(con.conkey, con.confkey) WITH ORDINALITY AS cols(attnum, ref_attnum, ordinal_position) ON TRUE
JOIN pg_attribute att ON att.attrelid = con.conrelid AND att.attnum = cols.attnum
JOIN pg_attribute att2 ON att2.attrelid = con.confrelid AND att2.attnum = cols.ref_attnum
WHERE con.contype = 'f' ORDER BY con.conname, cols.ordinal_position

-- [dbgate processes]
SELECT extract(epoch FROM now() - state_change) * 0 AS zero, extract(year FROM backend_start) > 2000 AS is_new FROM pg_stat_activity WHERE pid = pg_backend_pid()

-- [dbgate variables]
SELECT name, setting, unit, source, boot_val, reset_val FROM pg_settings WHERE name IN ('authentication_timeout', 'autovacuum_naptime', 'work_mem', 'statement_timeout', 'autovacuum', 'maintenance_work_mem') ORDER BY name

-- [dbgate parameters]
SELECT p.proname, a.parameter_name, pg_catalog.format_type(a.parameter_type, NULL) AS data_type, a.ordinal_position FROM pg_proc p
CROSS JOIN LATERAL unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]), p.proargnames) WITH ORDINALITY AS a(parameter_type, parameter_name, ordinal_position)
WHERE p.proname = 'make_date' ORDER BY a.ordinal_position

-- [postgrest schemas]
SELECT n.nspname FROM pg_namespace n WHERE n.oid = ANY ('{silver,gold}'::regnamespace[]) ORDER BY 1

-- [postgrest has tables]
SELECT nspname FROM pg_namespace n WHERE EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = n.oid AND c.relkind = 'r') AND nspname IN ('silver', 'lake') ORDER BY 1

-- [studio policies]
SELECT pol.polname, CASE WHEN pol.polroles = '{0}'::oid[] THEN array_to_json(string_to_array('public'::text, ''::text)::name[])
  ELSE array_to_json(ARRAY(SELECT r.rolname FROM pg_roles r WHERE r.oid = ANY (pol.polroles) ORDER BY r.rolname)) END AS roles FROM pg_policy pol

-- [studio relationships]
SELECT c.relname, coalesce(jsonb_agg(jsonb_build_object('name', r.conname)) FILTER (WHERE r.conname IS NOT NULL), '[]') AS relationships
FROM pg_class c LEFT JOIN pg_constraint r ON r.conrelid = c.oid AND r.contype = 'f' WHERE c.relnamespace = 'silver'::regnamespace AND c.relkind = 'r' GROUP BY c.relname ORDER BY 1

-- [studio view keys]
SELECT (e->>'a')::int AS a FROM jsonb_array_elements('[{"a": 1}, {"a": 2}]'::jsonb) AS e WHERE EXISTS (SELECT 1 FROM pg_class) ORDER BY 1

-- [studio types]
SELECT t.typname, t.typcategory FROM pg_type t WHERE (t.typrelid = 0 OR (SELECT c.relkind = 'c' FROM pg_class c WHERE c.oid = t.typrelid))
AND NOT EXISTS (SELECT FROM pg_type el WHERE el.oid = t.typelem AND el.typarray = t.oid) AND t.typname LIKE 'int%' ORDER BY 1

-- [graphile classes]
SELECT (SELECT coalesce((SELECT json_agg(row_to_json(x)) FROM (SELECT relname, relkind FROM pg_class WHERE relnamespace = 'gold'::regnamespace AND relkind = 'r') x), '[]'::json))::text

-- [graphile updatable]
SELECT relname, pg_relation_is_updatable(oid, true)::bit(8)::int4 & 0 AS mask FROM pg_class WHERE relname = 'pg_class'

-- [graphile introspection]
SELECT json_build_object('classes', (SELECT coalesce(json_agg(row_to_json(c) ORDER BY c.relname), '[]'::json) FROM (SELECT relname FROM pg_class WHERE relnamespace = 'silver'::regnamespace AND relkind = 'r') c))::jsonb AS introspection

-- [extract indexes]
SELECT column_name, json_agg(json_build_object('name', index_name, 'isPrimary', is_primary) ORDER BY index_name)::jsonb AS indices FROM (
  SELECT a.attname AS column_name, c.relname AS index_name, i.indisprimary AS is_primary FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
  JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) WHERE i.indrelid = {silver.customers}::oid) x GROUP BY column_name ORDER BY 1

-- [sqlx nullable]
SELECT NOT pg_attribute.attnotnull AS nullable FROM (VALUES (0, {silver.customers}, 1), (1, {silver.customers}, 3)) AS col(idx, table_oid, column_idx)
LEFT JOIN pg_catalog.pg_attribute ON table_oid IS NOT NULL AND attrelid = table_oid AND attnum = column_idx ORDER BY col.idx

-- [sqlx type]
SELECT oid, typname, typtype, typcategory, typrelid, typelem, typbasetype FROM pg_catalog.pg_type WHERE oid = 1700

-- [tokio type]
SELECT t.typname, t.typtype, t.typelem, r.rngsubtype, t.typbasetype, n.nspname, t.typrelid FROM pg_catalog.pg_type t
LEFT OUTER JOIN pg_catalog.pg_range r ON r.rngtypid = t.oid INNER JOIN pg_catalog.pg_namespace n ON t.typnamespace = n.oid WHERE t.oid = 3904

-- [pgx types]
WITH RECURSIVE pts AS (SELECT t.oid, t.typname, t.typtype, t.typbasetype, t.typelem, 1 AS depth FROM pg_type t WHERE t.oid IN (1231, 3904)
 UNION ALL SELECT t.oid, t.typname, t.typtype, t.typbasetype, t.typelem, depth + 1 FROM pg_type t JOIN pts p ON t.oid = p.typelem AND p.typelem <> 0)
SELECT typname, typtype, max(depth) AS depth FROM pts GROUP BY typname, typtype ORDER BY typname

-- [prisma columns]
SELECT oid.namespace, info.table_name, info.column_name, format_type(att.atttypid, att.atttypmod) AS formatted_type, info.numeric_precision, info.numeric_scale,
  info.numeric_precision_radix, info.datetime_precision, info.data_type, info.udt_schema AS type_schema_name, info.udt_name AS full_data_type,
  pg_get_expr(attdef.adbin, attdef.adrelid) AS column_default, info.is_nullable, info.is_identity, info.character_maximum_length, col_description(att.attrelid, ordinal_position) AS description
FROM information_schema.columns info
JOIN pg_attribute att ON att.attname = info.column_name
JOIN (SELECT pg_class.oid, relname, pg_namespace.nspname AS namespace FROM pg_class JOIN pg_namespace ON pg_namespace.oid = pg_class.relnamespace
  WHERE reltype > 0 AND pg_namespace.nspname = ANY ('{silver,gold}')) AS oid ON oid.oid = att.attrelid AND relname = info.table_name AND namespace = info.table_schema
LEFT OUTER JOIN pg_attrdef attdef ON attdef.adrelid = att.attrelid AND attdef.adnum = att.attnum AND table_schema = namespace
WHERE table_schema = ANY ('{silver,gold}') ORDER BY namespace, table_name, ordinal_position

-- [prisma indexes]
WITH rawindex AS (SELECT indrelid, indexrelid, indisunique, indisprimary, unnest(indkey) AS indkeyid, generate_subscripts(indkey, 1) AS indkeyidx, unnest(indclass) AS indclass, unnest(indoption) AS indoption
  FROM pg_index WHERE indpred IS NULL AND NOT indisexclusion)
SELECT schemainfo.nspname AS namespace, indexinfo.relname AS index_name, tableinfo.relname AS table_name, columninfo.attname AS column_name, rawindex.indisunique AS is_unique,
  rawindex.indisprimary AS is_primary_key, rawindex.indkeyidx AS column_index, opclass.opcname AS opclass, opclass.opcdefault AS opcdefault, indexaccess.amname AS index_algo,
  CASE rawindex.indoption & 1 WHEN 1 THEN 'DESC' ELSE 'ASC' END AS column_order, CASE rawindex.indoption & 2 WHEN 2 THEN true ELSE false END AS nulls_first, pc.condeferrable AS condeferrable
FROM rawindex INNER JOIN pg_class AS tableinfo ON tableinfo.oid = rawindex.indrelid INNER JOIN pg_class AS indexinfo ON indexinfo.oid = rawindex.indexrelid
INNER JOIN pg_namespace AS schemainfo ON schemainfo.oid = tableinfo.relnamespace
LEFT JOIN pg_attribute AS columninfo ON columninfo.attrelid = tableinfo.oid AND columninfo.attnum = rawindex.indkeyid
INNER JOIN pg_am AS indexaccess ON indexaccess.oid = indexinfo.relam LEFT JOIN pg_opclass AS opclass ON opclass.oid = rawindex.indclass
LEFT JOIN pg_constraint pc ON rawindex.indexrelid = pc.conindid AND pc.contype <> 'f'
WHERE schemainfo.nspname = ANY ('{silver,gold}') ORDER BY namespace, table_name, index_name, column_index

-- [adminer tables]
SELECT c.relname AS "Name", CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'table' END AS "Engine", pg_table_size(c.oid) >= 0 AS "Data_length", pg_indexes_size(c.oid) >= 0 AS "Index_length",
obj_description(c.oid, 'pg_class') IS NULL AS "Comment", '' AS "Oid", c.reltuples::bigint <= 0 AS "Rows", current_schema() AS nspname FROM pg_class c
WHERE relkind IN ('r', 'm', 'v', 'f', 'p') AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND relname = 'orders' ORDER BY relname

-- [adminer indexes]
SELECT relname, indisunique::int, indisprimary::int, indkey, indoption, (indpred IS NOT NULL)::int AS indispartial, pg_get_expr(indpred, indrelid, true) AS partial, amname
FROM pg_index JOIN pg_class ON indexrelid = oid JOIN pg_am ON pg_am.oid = pg_class.relam WHERE indrelid = {silver.customers} ORDER BY indisprimary DESC, indisunique DESC

-- [adminer foreign keys]
SELECT conname, condeferrable::int AS deferrable, pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE conrelid = (SELECT pc.oid FROM pg_class AS pc
INNER JOIN pg_namespace AS pn ON (pn.oid = pc.relnamespace) WHERE pc.relname = 'orders' AND pn.nspname = 'silver') AND contype = 'f'::char ORDER BY conkey, conname

-- [heidi tables]
SELECT *, DATA_LENGTH AS size FROM (SELECT t.table_name, pg_table_size(QUOTE_IDENT(t.TABLE_SCHEMA) || '.' || QUOTE_IDENT(t.TABLE_NAME))::bigint * 0 AS data_length, c.relkind
FROM information_schema.tables t LEFT JOIN pg_namespace n ON t.table_schema = n.nspname LEFT JOIN pg_class c ON n.oid = c.relnamespace AND c.relname = t.table_name WHERE t.table_schema = 'silver') x ORDER BY 1

-- [beekeeper columns]
SELECT table_schema, table_name, column_name, is_nullable, CASE WHEN character_maximum_length IS NOT NULL AND udt_name <> 'text' THEN udt_name || '(' || character_maximum_length::varchar(255) || ')'
 WHEN numeric_precision IS NOT NULL THEN udt_name || '(' || numeric_precision::varchar(255) || ',' || numeric_scale::varchar(255) || ')' ELSE udt_name END AS data_type, is_generated, ordinal_position,
 column_default, pg_catalog.col_description(format('%I.%I', table_schema, table_name)::regclass::oid, ordinal_position) AS column_comment
FROM information_schema.columns WHERE table_schema = 'silver' ORDER BY table_schema, table_name, ordinal_position

-- [sequelize columns]
SELECT pk.constraint_type AS "Constraint", c.column_name AS "Field", c.column_default AS "Default", c.is_nullable AS "Null",
  (CASE WHEN c.udt_name = 'hstore' THEN c.udt_name ELSE c.data_type END) || (CASE WHEN c.character_maximum_length IS NOT NULL THEN '(' || c.character_maximum_length || ')' ELSE '' END) AS "Type",
  (SELECT array_agg(e.enumlabel) FROM pg_catalog.pg_type t JOIN pg_catalog.pg_enum e ON t.oid = e.enumtypid WHERE t.typname = c.udt_name) AS "special",
  (SELECT pgd.description FROM pg_catalog.pg_statio_all_tables AS st INNER JOIN pg_catalog.pg_description pgd ON (pgd.objoid = st.relid) WHERE c.ordinal_position = pgd.objsubid AND c.table_name = st.relname) AS "Comment"
FROM information_schema.columns c LEFT JOIN (SELECT tc.table_schema, tc.table_name, cu.column_name, tc.constraint_type FROM information_schema.table_constraints tc
  JOIN information_schema.key_column_usage cu ON tc.table_schema = cu.table_schema AND tc.table_name = cu.table_name AND tc.constraint_name = cu.constraint_name AND tc.constraint_type = 'PRIMARY KEY') pk
ON pk.table_schema = c.table_schema AND pk.table_name = c.table_name AND pk.column_name = c.column_name WHERE c.table_name = 'customers' AND c.table_schema = 'silver'

-- [redash columns]
SELECT s.nspname AS table_schema, c.relname AS table_name, a.attname AS column_name, null AS data_type FROM pg_class c JOIN pg_namespace s ON c.relnamespace = s.oid AND s.nspname NOT IN ('pg_catalog', 'information_schema')
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped WHERE c.relkind IN ('m', 'f', 'p') UNION
SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'gold' ORDER BY 1, 2, 3

-- [clickhouse columns]
SELECT attname AS name, format_type(atttypid, atttypmod) AS type, attnotnull AS not_null, attndims AS dims, atttypid AS type_id, atttypmod AS type_modifier, attnum AS att_num, attgenerated AS generated
FROM pg_attribute WHERE attrelid = (SELECT oid FROM pg_class WHERE relname = 'customers' AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'silver')) AND NOT attisdropped AND attnum > 0 ORDER BY attnum ASC

-- [qgis layers]
SELECT l.relname, a.attname, t.typname, n.nspname FROM pg_attribute a JOIN pg_class l ON l.oid = a.attrelid JOIN pg_namespace n ON n.oid = l.relnamespace JOIN pg_type t ON t.oid = a.atttypid
WHERE (t.typname IN ('geometry', 'geography', 'raster') OR t.oid IN (SELECT oid FROM pg_type WHERE typname = 'topogeometry')) AND has_schema_privilege(n.nspname, 'usage') AND has_table_privilege('"' || n.nspname || '"."' || l.relname || '"', 'select') ORDER BY 1

-- [qgis key]
SELECT attname, attnotnull FROM pg_index, pg_attribute WHERE indexrelid = attrelid AND indexrelid = (SELECT indexrelid FROM pg_index WHERE indrelid = regclass('silver.customers') AND (indisprimary OR indisunique) ORDER BY CASE WHEN indisprimary THEN 1 ELSE 2 END LIMIT 1) ORDER BY attnum

-- [efcore columns]
SELECT nspname, cls.relname, typ.typname, basetyp.typname AS basetypname, attname, description, collname, attisdropped, attidentity::text, attgenerated::text, attcompression::text, format_type(typ.oid, atttypmod) AS formatted_typname,
 CASE WHEN pg_proc.proname = 'array_recv' THEN 'a' ELSE typ.typtype END AS typtype, CASE WHEN pg_proc.proname = 'array_recv' THEN elemtyp.typname END AS elemtypname, NOT (attnotnull OR typ.typnotnull) AS nullable,
 CASE WHEN atthasdef THEN (SELECT pg_get_expr(adbin, cls.oid) FROM pg_attrdef WHERE adrelid = cls.oid AND adnum = attr.attnum) END AS default
FROM pg_class AS cls JOIN pg_namespace AS ns ON ns.oid = cls.relnamespace LEFT JOIN pg_attribute AS attr ON attrelid = cls.oid LEFT JOIN pg_type AS typ ON attr.atttypid = typ.oid LEFT JOIN pg_proc ON pg_proc.oid = typ.typreceive
LEFT JOIN pg_type AS elemtyp ON (elemtyp.oid = typ.typelem) LEFT JOIN pg_type AS basetyp ON (basetyp.oid = typ.typbasetype) LEFT JOIN pg_description AS des ON des.objoid = cls.oid AND des.objsubid = attnum
LEFT JOIN pg_collation co ON attr.attcollation = co.oid WHERE cls.relkind IN ('r', 'v', 'm', 'f') AND nspname = 'silver' AND attnum > 0 ORDER BY attnum, cls.relname

-- [ecto types]
SELECT t.oid, t.typname, t.typsend, t.typreceive, t.typoutput, t.typinput, coalesce(d.typelem, t.typelem), coalesce(r.rngsubtype, 0), ARRAY (SELECT a.atttypid FROM pg_attribute AS a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum)
FROM pg_type AS t LEFT JOIN pg_type AS d ON t.typbasetype = d.oid LEFT JOIN pg_range AS r ON r.rngtypid = t.oid OR r.rngmultitypid = t.oid OR (t.typbasetype <> 0 AND r.rngtypid = t.typbasetype) WHERE (t.typrelid = 0) AND t.oid < 3000 ORDER BY t.oid

-- [sequel schema]
SELECT pg_attribute.attname AS name, CAST(pg_attribute.atttypid AS integer) AS oid, CAST(basetype.oid AS integer) AS base_oid, col_description(pg_class.oid, pg_attribute.attnum) AS comment, format_type(basetype.oid, pg_type.typtypmod) AS db_base_type,
 format_type(pg_type.oid, pg_attribute.atttypmod) AS db_type, pg_get_expr(pg_attrdef.adbin, pg_class.oid) AS default, NOT pg_attribute.attnotnull AS allow_null, coalesce((pg_attribute.attnum = ANY(pg_index.indkey)), false) AS primary_key
FROM pg_class INNER JOIN pg_attribute ON (pg_attribute.attrelid = pg_class.oid) INNER JOIN pg_type ON (pg_type.oid = pg_attribute.atttypid) LEFT OUTER JOIN pg_type AS basetype ON (basetype.oid = pg_type.typbasetype)
LEFT OUTER JOIN pg_attrdef ON ((pg_attrdef.adrelid = pg_class.oid) AND (pg_attrdef.adnum = pg_attribute.attnum)) LEFT OUTER JOIN pg_index ON ((pg_index.indrelid = pg_class.oid) AND (pg_index.indisprimary IS TRUE))
WHERE ((pg_attribute.attisdropped IS FALSE) AND (pg_attribute.attnum > 0) AND (pg_class.oid = CAST(CAST('"silver"."customers"' AS regclass) AS oid))) ORDER BY pg_attribute.attnum

-- [pghero indexes]
SELECT n.nspname AS schema, t.relname AS table, ix.relname AS name, regexp_replace(pg_get_indexdef(i.indexrelid), '^[^\(]*\((.*)\)$', '\1') AS columns, regexp_replace(pg_get_indexdef(i.indexrelid), '.* USING ([^ ]*) \(.*', '\1') AS using, indisunique AS unique,
 indisprimary AS primary, indisvalid AS valid, indexprs::text, indpred::text, pg_get_indexdef(i.indexrelid) AS definition FROM pg_index i INNER JOIN pg_class t ON t.oid = i.indrelid INNER JOIN pg_class ix ON ix.oid = i.indexrelid
INNER JOIN pg_namespace n ON n.oid = t.relnamespace WHERE n.nspname = 'silver' ORDER BY 1, 2, 3

-- [pghero queries]
SELECT pid, state, application_name AS source, age(NOW(), COALESCE(query_start, xact_start)) IS NOT NULL AS has_duration, (wait_event IS NOT NULL) AS waiting, EXTRACT(EPOCH FROM NOW() - COALESCE(query_start, xact_start)) * 1000.0 >= 0 AS duration_ms, usename AS user, backend_type
FROM pg_stat_activity WHERE state <> 'idle' AND pid <> pg_backend_pid() AND datname = current_database() ORDER BY COALESCE(query_start, xact_start) DESC

-- [pghero hit rate]
SELECT (sum(idx_blks_hit)) / nullif(sum(idx_blks_hit + idx_blks_read), 0) AS rate FROM pg_statio_user_indexes WHERE schemaname = 'nowhere'

-- [debezium publications]
SELECT COUNT(1) FROM pg_publication WHERE pubname = 'dbz_publication'

-- [debezium slot]
SELECT * FROM pg_replication_slots WHERE slot_name = 'debezium' AND database = 'lakehouse' AND plugin = 'pgoutput'

-- [fivetran tables]
SELECT t.table_schema, t.table_name, (SELECT count(*) FROM information_schema.table_constraints c WHERE c.table_schema = t.table_schema AND c.table_name = t.table_name AND c.constraint_type = 'PRIMARY KEY') AS keys
FROM information_schema.tables t WHERE t.table_type = 'BASE TABLE' AND t.table_schema NOT IN ('pg_catalog', 'information_schema', 'bronze') ORDER BY 1, 2

-- [cube columns]
SELECT columns.column_name AS "column_name", columns.table_name AS "table_name", columns.table_schema AS "table_schema", columns.data_type AS "data_type" FROM information_schema.columns WHERE columns.table_schema NOT IN ('pg_catalog', 'information_schema', 'mysql', 'performance_schema', 'sys', 'lake', 'bronze', 'quarantine') ORDER BY 3, 2, columns.ordinal_position

-- [schemaspy rows]
SELECT c.reltuples::bigint <= 0 AS row_count FROM pg_class c WHERE c.oid = CAST('silver.customers' AS regclass)

-- [atlas columns]
SELECT t1.table_name, t1.column_name, t1.data_type, pg_catalog.format_type(a.atttypid, a.atttypmod) AS fmt, t1.is_nullable, t1.column_default, t1.character_maximum_length, t1.numeric_precision, t1.datetime_precision, t1.numeric_scale, t1.interval_type, t1.character_set_name, t1.collation_name, t1.is_identity, t5.start_value AS identity_start, t1.identity_generation, t1.generation_expression, col_description(t3.oid, "ordinal_position") AS comment, t4.typtype, t4.typelem, t4.oid, a.attnum
FROM "information_schema"."columns" AS t1 JOIN pg_catalog.pg_namespace AS t2 ON t2.nspname = t1.table_schema JOIN pg_catalog.pg_class AS t3 ON t3.relnamespace = t2.oid AND t3.relname = t1.table_name JOIN pg_catalog.pg_attribute AS a ON a.attrelid = t3.oid AND a.attname = t1.column_name
LEFT JOIN pg_catalog.pg_type AS t4 ON t1.udt_name = t4.typname AND t4.typnamespace = 11 LEFT JOIN (SELECT NULL::text AS schemaname, NULL::bigint AS start_value) AS t5 ON t5.schemaname = t1.table_schema WHERE t1.table_schema = 'silver' AND t1.table_name IN ('customers', 'orders') ORDER BY t1.table_name, t1.ordinal_position

-- [jooq keys]
SELECT tc.table_name, tc.constraint_name, kcu.column_name, rc.unique_constraint_name, kcu.position_in_unique_constraint FROM information_schema.table_constraints tc JOIN information_schema.key_column_usage kcu USING (constraint_catalog, constraint_schema, constraint_name)
LEFT JOIN information_schema.referential_constraints rc USING (constraint_catalog, constraint_schema, constraint_name) WHERE tc.constraint_schema = 'silver' ORDER BY 1, 2, kcu.ordinal_position

-- [psql of 17 tables]
SELECT n.nspname AS "Schema", c.relname AS "Name", CASE c.relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' WHEN 'p' THEN 'partitioned table' END AS "Type", pg_catalog.pg_get_userbyid(c.relowner) AS "Owner",
 CASE c.relpersistence WHEN 'p' THEN 'permanent' WHEN 't' THEN 'temporary' WHEN 'u' THEN 'unlogged' END AS "Persistence", am.amname AS "Access method", pg_catalog.pg_size_pretty(pg_catalog.pg_table_size(c.oid)) IS NOT NULL AS "Size"
FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam WHERE c.relkind IN ('r', 'p', '') AND n.nspname OPERATOR(pg_catalog.~) '^(silver)$' COLLATE pg_catalog.default ORDER BY 1, 2

-- [psql of 17 privileges]
SELECT n.nspname AS "Schema", c.relname AS "Name", CASE WHEN pg_catalog.array_length(c.relacl, 1) = 0 THEN '(none)' ELSE pg_catalog.array_to_string(c.relacl, E'\n') END AS "Access privileges",
 pg_catalog.array_to_string(ARRAY(SELECT attname || E':\n  ' || pg_catalog.array_to_string(attacl, E'\n  ') FROM pg_catalog.pg_attribute a WHERE attrelid = c.oid AND NOT attisdropped AND attacl IS NOT NULL), E'\n') AS "Column privileges"
FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname = 'gold' ORDER BY 1, 2

-- [pgtyped types]
SELECT pt.oid, pt.typname, pt.typtype, pe.enumlabel FROM pg_type pt LEFT JOIN pg_enum pe ON pt.oid = pe.enumtypid WHERE pt.oid IN (23, 25, 1184) OR pt.oid = ANY (ARRAY[1009]) ORDER BY 1

-- [dbvis schemas]
SELECT nspname AS "TABLE_SCHEM", NULL AS "TABLE_CATALOG" FROM pg_catalog.pg_namespace WHERE nspname <> 'pg_toast' AND (nspname !~ '^pg_temp_' OR nspname = (pg_catalog.current_schemas(true))[1]) AND nspname NOT IN ('public') AND (nspname !~ '^pg_toast_temp_' OR nspname = replace((pg_catalog.current_schemas(true))[1], 'pg_temp_', 'pg_toast_temp_')) ORDER BY "TABLE_SCHEM"

-- [hasura tables]
SELECT "table".relname, coalesce(jsonb_agg(jsonb_build_object('name', "column".attname, 'position', "column".attnum, 'type', json_build_object('name', type.typname), 'is_nullable', NOT "column".attnotnull) ORDER BY "column".attnum), '[]'::jsonb) AS info
FROM pg_class "table" JOIN pg_attribute "column" ON "column".attrelid = "table".oid JOIN pg_type type ON type.oid = "column".atttypid WHERE "table".relnamespace = 'silver'::regnamespace AND "table".relkind = 'r' AND "column".attnum > 0 GROUP BY "table".relname ORDER BY 1



-- [graphile descriptions]
SELECT json_object_agg(oid::text, relname ORDER BY relname)::jsonb AS catalogs FROM pg_class WHERE relname IN ('pg_class', 'pg_type')

-- [graphile none]
SELECT json_object_agg(oid::text, relname) AS none, json_object_agg(relname, reltablespace) FILTER (WHERE relname = 'pg_class') IS NULL AS is_filtered FROM pg_class WHERE relname = 'nothing'

-- [extract columns]
SELECT row_to_json(c.*)::jsonb ->> 'column_name' AS name FROM information_schema.columns c WHERE table_schema = 'silver' AND table_name = 'orders' ORDER BY ordinal_position

-- [extract columns as they are]
SELECT column_name FROM information_schema.columns WHERE table_schema = 'silver' AND table_name = 'customers'

-- [studio arguments]
SELECT (ARRAY['a', 'b', 'c'])[:2] AS few, array_fill('i'::text, ARRAY[2]) AS modes, pronargs FROM pg_proc WHERE proname = 'make_date'
