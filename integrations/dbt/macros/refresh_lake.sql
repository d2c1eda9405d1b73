{#
  Makes a view of each table of the lake, in the schema `lake`, over the files that its symlink manifests list. Never a glob of the
  data files: a folder also has files that no version of the table names. A table without files has no view. On other databases
  than DuckDB, `purchase-etl load` has made the tables.
#}
{% macro refresh_lake() %}
  {% if execute and target.type == 'duckdb' %}
    {% do run_query("create schema if not exists lake") %}
    {% for table in ["purchases", "supplier_purchases", "rejects", "inputs"] %}
      {% set manifests = (var("lake") ~ "/" ~ table ~ "/_symlink_format_manifest/**/manifest") | replace("'", "''") %}
      {% set query %}
        select unnest(string_split(trim(content, chr(10)), chr(10))) as uri
        from read_text('{{ manifests }}') where content <> '' order by uri
      {% endset %}
      {% set files = [] %}
      {% for row in run_query(query).rows %}
        {% set path = row[0][7:] if row[0].startswith("file://") else row[0] %}
        {% do files.append("'" ~ path | replace("'", "''") ~ "'") %}
      {% endfor %}
      {% do run_query("drop view if exists lake." ~ table) %}
      {% if files %}
        {% do run_query("create view lake." ~ table ~ " as select * from read_parquet([" ~ files | join(", ")
            ~ "], hive_partitioning = true, union_by_name = true)") %}
      {% endif %}
    {% endfor %}
  {% endif %}
{% endmacro %}
