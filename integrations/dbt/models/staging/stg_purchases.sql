-- A customer purchase a row. Amounts are exact decimals; `purchased_at` is an instant in UTC, `purchase_date` its UTC day.
select
    run_id, source_file, source_row, product_id, external_id, app_id, currency, price, quantity, revenue, is_refund,
    "time" as purchased_at, purchase_date
from {{ source("lake", "purchases") }}
