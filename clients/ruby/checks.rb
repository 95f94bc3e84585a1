# ruby-pg, on which ActiveRecord and Sequel sit.
require "pg"

def connected(**options)
  connection = PG.connect(**options)
  yield connection
ensure
  connection&.close
end

def same(found, expected)
  raise "found #{found.inspect}, expected #{expected.inspect}" unless found == expected
end

CHECKS = {
  "types are read" => lambda {
    connected do |c|
      c.type_map_for_results = PG::BasicTypeMapForResults.new(c)
      same c.exec("SELECT 1 AS i, 1.5::float8 AS f, true AS b, 'x'::text AS t, NULL::int AS z, ARRAY[1, 2] AS a").first,
           { "i" => 1, "f" => 1.5, "b" => true, "t" => "x", "z" => nil, "a" => [1, 2] }
    end
  },
  "parameters arrive" => lambda {
    connected do |c|
      same c.exec_params("SELECT order_id FROM silver.orders WHERE order_id = $1 AND total < $2", [1, 100.5]).values, [["1"]]
      same c.exec_params("SELECT $1::int4", [1], 1).getvalue(0, 0), "\x00\x00\x00\x01".b
    end
  },
  "single rows stream" => lambda {
    connected do |c|
      c.send_query("SELECT id FROM silver.numbers")
      c.set_single_row_mode
      count = 0
      c.get_result.stream_each { count += 1 }
      same count, 30_000
    end
  },
  "a pipeline skips to its sync" => lambda {
    connected do |c|
      c.enter_pipeline_mode
      c.send_query_params("SELECT 1 AS a", [])
      c.send_query_params("SELECT nothing", [])
      c.send_query_params("SELECT 2 AS a", [])
      c.pipeline_sync
      same c.get_result.values, [["1"]]
      c.get_result
      state = begin
        c.get_result.check
      rescue PG::UndefinedColumn
        "42703"
      end
      same state, "42703"
      c.get_result
      same c.get_result.result_status, PG::PGRES_PIPELINE_ABORTED
      c.get_result
      same c.get_result.result_status, PG::PGRES_PIPELINE_SYNC
      c.exit_pipeline_mode
    end
  },
  "copy reads and writes" => lambda {
    connected do |c|
      c.copy_data("COPY bronze.inbox FROM STDIN WITH (FORMAT csv)") { c.put_copy_data("501,ruby\n") }
      lines = []
      c.copy_data("COPY (SELECT id FROM bronze.inbox WHERE label = 'ruby') TO STDOUT") do
        while (line = c.get_copy_data)
          lines << line
        end
      end
      same lines, ["501\n"]
    end
  },
  "errors carry their fields" => lambda {
    connected do |c|
      c.exec("SELECT nothing")
    rescue PG::UndefinedColumn => e
      same e.result.error_field(PG::PG_DIAG_STATEMENT_POSITION), "8"
    end
  },
  "columns name their table" => lambda {
    connected do |c|
      result = c.exec("SELECT total FROM silver.orders")
      same [result.ftable(0).positive?, result.ftablecol(0)], [true, 4]
    end
  },
}.freeze

CHECKS.each do |name, check|
  check.call
  puts "ok #{name}"
rescue StandardError => e
  puts "failed #{name}: #{e.message.gsub(/\s+/, ' ')}"
end
