-- A supplier purchase a row, without deleted ones. `total` is in `total_currency`.
select company_id, id, registration_date, supplier_id, supplier_name, status, total, total_currency, updated_at
from {{ source("lake", "supplier_purchases") }}
where not is_deleted
