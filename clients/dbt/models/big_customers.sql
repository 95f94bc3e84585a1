select c.name, o.total
from {{ ref('customer_orders') }} as o
join {{ source('silver', 'customers') }} as c on c.customer_id = o.customer_id
where o.total > 15
