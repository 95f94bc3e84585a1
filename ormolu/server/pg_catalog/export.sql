-- The queries of export.py whose rows are more than a copy of a catalog; each is named by its first line.

-- pg_class
SELECT oid::int8 oid, relname::text, relnamespace::int8, reltype::int8, 0::int8 reloftype, 10::int8 relowner,
relam::int8, relfilenode::int8, reltablespace::int8, 0::int4 relpages, reltuples, 0::int4 relallvisible, 0::int8
reltoastrelid, relhasindex, relisshared, relpersistence::text, relkind::text, relnatts, relchecks, relhasrules,
relhastriggers, relhassubclass, relrowsecurity, relforcerowsecurity, relispopulated, relreplident::text,
relispartition, 0::int8 relrewrite, 0::int8 relfrozenxid, 0::int8 relminmxid, relacl::text[], reloptions,
relpartbound::text FROM pg_class WHERE relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('pg_catalog',
'information_schema')) ORDER BY oid;

-- pg_attribute
SELECT attrelid::int8, attname::text, atttypid::int8, attstattarget, attlen, attnum, attndims, attcacheoff,
atttypmod, attbyval, attalign::text, attstorage::text, attcompression::text, attnotnull, atthasdef, atthasmissing,
attidentity::text, attgenerated::text, attisdropped, attislocal, attinhcount, attcollation::int8, attacl::text[],
attoptions, attfdwoptions, NULL::text attmissingval FROM pg_attribute WHERE attrelid IN (SELECT oid FROM pg_class
WHERE relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('pg_catalog', 'information_schema')) AND
relkind IN ('r', 'v')) ORDER BY attrelid, attnum;

-- pg_index
SELECT indexrelid::int8, indrelid::int8, indnatts, indnkeyatts, indisunique, indnullsnotdistinct, indisprimary,
indisexclusion, indimmediate, indisclustered, indisvalid, indcheckxmin, indisready, indislive, indisreplident,
string_to_array(indkey::text, ' ')::int2[] indkey, string_to_array(indcollation::text, ' ')::int8[] indcollation,
string_to_array(indclass::text, ' ')::int8[] indclass, string_to_array(indoption::text, ' ')::int2[] indoption,
NULL::text indexprs, NULL::text indpred FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE relnamespace IN
(SELECT oid FROM pg_namespace WHERE nspname IN ('pg_catalog', 'information_schema')) ORDER BY 1;

-- pg_constraint
SELECT oid::int8, conname::text, connamespace::int8, contype::text, condeferrable, condeferred, convalidated,
conrelid::int8, contypid::int8, conindid::int8, conparentid::int8, confrelid::int8, confupdtype::text,
confdeltype::text, confmatchtype::text, conislocal, coninhcount, connoinherit, conkey, confkey, conpfeqop::int8[],
conppeqop::int8[], conffeqop::int8[], confdelsetcols, conexclop::int8[], NULL::text conbin FROM pg_constraint ORDER
BY 1;

-- pg_description
SELECT objoid::int8, classoid::int8, objsubid, description FROM pg_description ORDER BY 2, 1, 3;

-- _function_texts
SELECT oid::int8 AS _key, oid::regproc::text AS _name, oid::regprocedure::text AS _signature,
pg_get_function_arguments(oid) AS _arguments, pg_get_function_identity_arguments(oid) AS _identity_arguments,
pg_get_function_result(oid) AS _result, CASE WHEN prokind <> 'a' THEN pg_get_functiondef(oid) END AS _definition
FROM pg_proc ORDER BY 1;

-- _operator_names
SELECT oid::int8 AS _key, oid::regoper::text AS _name, oid::regoperator::text AS _signature FROM pg_operator ORDER BY
1;

-- _type_names
SELECT t.oid::int8 AS _key, nspname::text AS _schema, typname::text AS _name, format_type(t.oid, NULL) AS _value FROM
pg_type t JOIN pg_namespace n ON n.oid = typnamespace ORDER BY 1;

-- _index_texts
SELECT c.oid::int8 AS _key, pg_get_indexdef(c.oid) AS _value, replace(pg_get_indexdef(c.oid), 'pg_catalog.', '') AS _bare,
ARRAY(SELECT pg_get_indexdef(c.oid, position, false) FROM generate_series(1, c.relnatts) AS position) AS _columns,
'pg_catalog'::text AS _schema, ARRAY['pg_catalog']::text[] AS _schemas
FROM pg_class c WHERE relkind = 'i' AND relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('pg_catalog',
'information_schema')) ORDER BY 1;

-- _constraint_texts
SELECT oid::int8 AS _key, pg_get_constraintdef(oid, true) AS _value, pg_get_constraintdef(oid, true) AS _bare,
'pg_catalog'::text AS _schema, ARRAY['pg_catalog']::text[] AS _schemas FROM pg_constraint ORDER BY 1;

-- _keywords
SELECT word, catcode::text, barelabel, catdesc, baredesc FROM pg_get_keywords() ORDER BY 1;

-- _information_schema_parts
SELECT feature_id::text, feature_name::text, sub_feature_id::text, sub_feature_name::text, is_supported::text,
is_verified_by::text, comments::text FROM information_schema.sql_features ORDER BY 1, 3;

-- pg_settings
SELECT name, CASE WHEN context = 'internal' THEN setting ELSE boot_val END AS setting, unit, category, short_desc,
extra_desc, context,
vartype, 'default' AS source, min_val, max_val, enumvals, boot_val, boot_val AS reset_val, NULL::text AS sourcefile,
NULL::int4 AS sourceline, false AS pending_restart FROM pg_settings WHERE category NOT LIKE 'File Locations%' ORDER
BY name;

-- _view_texts
SELECT oid::int8 AS _key, pg_get_viewdef(oid, true) AS _value FROM pg_class WHERE relkind = 'v' AND relnamespace IN
(SELECT oid FROM pg_namespace WHERE nspname IN ('pg_catalog', 'information_schema')) ORDER BY 1;

-- _token_types
SELECT tokid, alias, description FROM ts_token_type('default') ORDER BY 1;
