// node-postgres and its companions; run with NODE_PATH where they are installed.
"use strict";
const assert = require("node:assert/strict");
const { pipeline } = require("node:stream/promises");
const { Readable, Writable } = require("node:stream");
const { Client, Pool, types } = require("pg");
const Cursor = require("pg-cursor");
const QueryStream = require("pg-query-stream");
const copy = require("pg-copy-streams");

const SLOW =
  "SELECT count(*) FROM silver.numbers a, silver.numbers b, silver.numbers c WHERE a.half + b.half = c.half + 0.1";

async function connected(work, options = {}) {
  const client = new Client(options);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const checks = {
  "every type is read": () =>
    connected(async (client) => {
      const { rows, fields } = await client.query(
        "SELECT true AS b, 2::int2 AS i2, 3::int4 AS i4, 4::int8 AS i8, 1.5::float4 AS f4, 1e20::float8 AS f8," +
          " 1.50::numeric(8, 2) AS n, 'text' AS t, '\\x00ff'::bytea AS y, DATE '2026-11-23' AS d," +
          " TIMESTAMPTZ '2026-11-23 01:02:03+00' AS tz, INTERVAL '1 year 2 days' AS iv, '{\"a\": [1]}'::jsonb AS j," +
          " ARRAY[1, NULL, 3] AS a, ARRAY['a', 'b c'] AS ta, NULL AS nothing",
      );
      const row = rows[0];
      assert.deepEqual([row.b, row.i2, row.i4, row.i8, row.f4, row.f8], [true, 2, 3, "4", 1.5, 1e20]);
      assert.deepEqual([row.n, row.t, row.y], ["1.50", "text", Buffer.from([0, 255])]);
      assert.equal(row.tz.toISOString(), "2026-11-23T01:02:03.000Z");
      assert.equal(row.d.getFullYear(), 2026);
      assert.deepEqual({ ...row.iv }, { years: 1, days: 2 });
      assert.deepEqual([row.j, row.a, row.ta, row.nothing], [{ a: [1] }, [1, null, 3], ["a", "b c"], null]);
      assert.equal(fields.find((each) => each.name === "n").dataTypeID, types.builtins.NUMERIC);
      assert.equal(fields.find((each) => each.name === "n").dataTypeModifier, (8 << 16) + 2 + 4);
    }),

  "binary results are read": () =>
    connected(async (client) => {
      const { rows } = await client.query({ text: "SELECT 7::int4 AS i, 1.5::float8 AS f, true AS b, 'x' AS t", binary: true });
      assert.deepEqual(rows, [{ i: 7, f: 1.5, b: true, t: "x" }]);
    }),

  "parameters arrive": () =>
    connected(async (client) => {
      const { rows } = await client.query(
        "SELECT order_id FROM silver.orders WHERE order_id = $1 AND total < $2 AND order_date >= $3",
        [1, 100.5, new Date("2025-01-01")],
      );
      assert.deepEqual(rows, [{ order_id: "1" }]);
      const back = await client.query("SELECT $1::text AS t, $2::int4[] AS a, $3::jsonb AS j, $4::bool AS b, $5::bytea AS y", [
        "it's \u00e9",
        [1, 2],
        { k: [1] },
        null,
        Buffer.from([0, 255]),
      ]);
      assert.deepEqual(back.rows[0], { t: "it's \u00e9", a: [1, 2], j: { k: [1] }, b: null, y: Buffer.from([0, 255]) });
      const any = await client.query("SELECT count(*)::int AS n FROM silver.numbers WHERE id = ANY ($1)", [[1, 5, 30000]]);
      assert.equal(any.rows[0].n, 2);
    }),

  "named statements are prepared once": () =>
    connected(async (client) => {
      for (let time = 0; time < 5; time++) {
        const { rows } = await client.query({ name: "once", text: "SELECT $1::int + 1 AS n", values: [time] });
        assert.equal(rows[0].n, time + 1);
      }
    }),

  "several statements give several results": () =>
    connected(async (client) => {
      const results = await client.query("SELECT 1 AS a; SELECT 2 AS a; SELECT 3 AS a");
      assert.deepEqual(results.map((each) => each.rows[0].a), [1, 2, 3]);
    }),

  "rows come as arrays": () =>
    connected(async (client) => {
      const { rows } = await client.query({ text: "SELECT 1 AS a, 2 AS a", rowMode: "array" });
      assert.deepEqual(rows, [[1, 2]]);
    }),

  "a transaction fails and goes on": () =>
    connected(async (client) => {
      await client.query("BEGIN");
      await assert.rejects(client.query("SELECT nothing"), { code: "42703", severity: "ERROR", position: "8" });
      await assert.rejects(client.query("SELECT 1"), { code: "25P02" });
      await client.query("ROLLBACK");
      assert.equal((await client.query("SELECT 1 AS a")).rows[0].a, 1);
    }),

  "a cursor reads in pieces": () =>
    connected(async (client) => {
      const cursor = client.query(new Cursor("SELECT id FROM silver.numbers WHERE id >= $1 ORDER BY id", [10]));
      assert.deepEqual((await cursor.read(3)).map((row) => row.id), [10, 11, 12]);
      assert.equal((await cursor.read(1000)).length, 1000);
      await cursor.close();
      assert.equal((await client.query("SELECT 1 AS a")).rows[0].a, 1);
    }),

  "a query stream reads all": () =>
    connected(async (client) => {
      let count = 0;
      const stream = client.query(new QueryStream("SELECT * FROM silver.numbers", [], { batchSize: 500 }));
      for await (const row of stream) count += row.id >= 0 ? 1 : 0;
      assert.equal(count, 30000);
    }),

  "copy streams write and read": () =>
    connected(async (client) => {
      await pipeline(
        Readable.from(["id,label\n201,node\n", "202,node\n"]),
        client.query(copy.from("COPY bronze.inbox FROM STDIN WITH (FORMAT csv, HEADER)")),
      );
      let text = "";
      const sink = new Writable({ write(chunk, _, done) { text += chunk; done(); } });
      await pipeline(client.query(copy.to("COPY (SELECT id FROM bronze.inbox WHERE label = 'node' ORDER BY 1) TO STDOUT")), sink);
      assert.equal(text, "201\n202\n");
    }),

  "a pool serves many": async () => {
    const pool = new Pool({ max: 4 });
    const found = await Promise.all([...Array(20).keys()].map((n) => pool.query("SELECT $1::int AS n", [n])));
    assert.deepEqual(found.map((each) => each.rows[0].n), [...Array(20).keys()]);
    await pool.end();
  },

  "a statement timeout cancels": () =>
    connected((client) => assert.rejects(client.query(SLOW), { code: "57014" }), { statement_timeout: 300 }),

  "notices and notifications arrive": () =>
    connected(async (client) => {
      const heard = new Promise((resolve) => client.on("notification", resolve));
      await client.query("LISTEN node");
      await client.query("SELECT pg_notify('node', 'hello')");
      assert.equal((await heard).payload, "hello");
    }),

  "columns name their table": () =>
    connected(async (client) => {
      const { fields } = await client.query("SELECT total, order_id, 1 AS one FROM silver.orders");
      const { rows } = await client.query("SELECT 'silver.orders'::regclass::oid AS oid");
      assert.deepEqual(fields.map((each) => [each.tableID, each.columnID]), [[rows[0].oid, 4], [rows[0].oid, 1], [0, 0]]);
    }),

  "a wrong password is told": () =>
    assert.rejects(connected(() => undefined, { password: "wrong" }), { code: "28P01" }),
};

function limited(work) {
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error("no answer in 15 s")), 15000).unref());
  return Promise.race([work, late]);
}

async function main() {
  for (const [name, check] of Object.entries(checks)) {
    try {
      await limited(check());
      console.log(`ok ${name}`);
    } catch (error) {
      console.log(`failed ${name}: ${String(error.message || error).replaceAll(/\s+/g, " ")}`);
    }
  }
}

main().then(() => process.exit(0)); // whatever connections a check left
