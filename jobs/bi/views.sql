-- Views for dashboards, over the views of the tables that `shopscore schema --format duckdb` (or spark, clickhouse) prints: run those
-- first. One text for the three engines: `make bi-views` runs it in each of them and compares rows and sums.
-- A view that reads a table which has no partition yet cannot be made in DuckDB and Spark: make it after the first month end.
-- ClickHouse gives nulls where a join finds no row only with `SET join_use_nulls = 1`.

-- newest_scores: one row for each shop present on the newest night.
CREATE OR REPLACE VIEW newest_scores AS
SELECT s.*
FROM scores s
WHERE s.dt = (SELECT max(n.dt) FROM scores n);

-- tier_shares: one row for each night, category, indicator and tier. With few shops ranked a share says little.
CREATE OR REPLACE VIEW tier_shares AS
SELECT c.dt, c.primary_category, c.indicator, 5 AS tier, c.tier_5_shops AS shops, c.ranked, c.tier_5_shops / c.ranked AS share
FROM categories_over_time c
UNION ALL
SELECT c.dt, c.primary_category, c.indicator, 4 AS tier, c.tier_4_shops AS shops, c.ranked, c.tier_4_shops / c.ranked AS share
FROM categories_over_time c
UNION ALL
SELECT c.dt, c.primary_category, c.indicator, 3 AS tier, c.tier_3_shops AS shops, c.ranked, c.tier_3_shops / c.ranked AS share
FROM categories_over_time c
UNION ALL
SELECT c.dt, c.primary_category, c.indicator, 2 AS tier, c.tier_2_shops AS shops, c.ranked, c.tier_2_shops / c.ranked AS share
FROM categories_over_time c
UNION ALL
SELECT c.dt, c.primary_category, c.indicator, 0 AS tier, c.tier_0_shops AS shops, c.ranked, c.tier_0_shops / c.ranked AS share
FROM categories_over_time c;

-- at_risk: one row for each shop of the newest night that is one or two failures from exit since the newest month end, or whose
-- month end would fail by the days that are over. Failures count in a cycle: where another one begins, they start again.
CREATE OR REPLACE VIEW at_risk AS
SELECT
    o.dt, o.shop_id, o.shop_name, o.primary_category, o.month_end, o.days_known, o.score AS outlook_score, o.monthly_min, o.verdict,
    a.month_end AS assessed_month_end, a.score AS assessed_score, a.status, a.failures, a.failure_limit, a.failures_left, a.risk
FROM outlook o
LEFT JOIN (
    SELECT m.shop_id, m.month_end, m.score, m.status, m.failures, m.failure_limit, m.failures_left, m.risk
    FROM monthly_assessments m
    WHERE m.month_end = (SELECT max(n.month_end) FROM monthly_assessments n)
) a ON a.shop_id = o.shop_id
WHERE o.dt = (SELECT max(n.dt) FROM outlook n)
    AND (a.risk IN ('high', 'medium') OR o.verdict = 'fail')
    AND coalesce(a.status, '') <> 'exit';

-- indicators_explained: one row for each night, shop and indicator, with the indicator's names, the shop's rank, and how its category
-- is spread. Shops are taken to be ranked within primary categories (the default of the setting rank_within).
CREATE OR REPLACE VIEW indicators_explained AS
SELECT
    i.dt, i.shop_id, i.shop_name, i.primary_category, i.dimension, i.indicator,
    CASE i.indicator
        WHEN 'dispute_rate' THEN 'Dispute rate'
        WHEN 'logistics_rating' THEN 'Logistics rating'
        WHEN 'pickup_timeliness' THEN 'Pickups in time'
        WHEN 'product_rating' THEN 'Product rating'
        WHEN 'refund_only_duration' THEN 'Duration of refunds without return'
        WHEN 'response_rate' THEN 'Response rate'
        WHEN 'return_refund_duration' THEN 'Duration of refunds with return'
    END AS indicator_name,
    CASE i.indicator
        WHEN 'dispute_rate' THEN '纠纷退款率'
        WHEN 'logistics_rating' THEN '物流评价'
        WHEN 'pickup_timeliness' THEN '揽收及时率'
        WHEN 'product_rating' THEN '商品评价'
        WHEN 'refund_only_duration' THEN '仅退款自主完结时长'
        WHEN 'response_rate' THEN '旺旺回复率'
        WHEN 'return_refund_duration' THEN '退货退款自主完结时长'
    END AS indicator_name_zh,
    i.unit, i.direction, i.numerator, i.denominator, i.value,
    i.shops_better + 1 AS shop_rank, i.ranked, i.tier,
    c.median, c.best_tenth, c.tier_5_edge, c.tier_4_edge, c.tier_3_edge, c.tier_2_edge
FROM indicators i
LEFT JOIN categories c ON c.dt = i.dt AND c.primary_category = i.primary_category AND c.indicator = i.indicator;

-- newest_indicators: one row for each category and indicator of the newest night: how many shops hold tier 5 and tier 0, and how the
-- category is spread, which is the same for all of its shops.
CREATE OR REPLACE VIEW newest_indicators AS
SELECT
    i.dt, i.primary_category, i.dimension, i.indicator, i.indicator_name, i.indicator_name_zh, i.unit, i.direction,
    count(*) AS shops, count(i.value) AS shops_with_data,
    sum(CASE WHEN i.tier = 5 THEN 1 ELSE 0 END) AS tier_5_shops, sum(CASE WHEN i.tier = 0 THEN 1 ELSE 0 END) AS tier_0_shops,
    max(i.median) AS median, max(i.best_tenth) AS best_tenth,
    max(i.tier_5_edge) AS tier_5_edge, max(i.tier_4_edge) AS tier_4_edge, max(i.tier_3_edge) AS tier_3_edge, max(i.tier_2_edge) AS tier_2_edge
FROM indicators_explained i
WHERE i.dt = (SELECT max(n.dt) FROM indicators n)
GROUP BY i.dt, i.primary_category, i.dimension, i.indicator, i.indicator_name, i.indicator_name_zh, i.unit, i.direction;

-- month_end_trend: one row for each month end and category.
CREATE OR REPLACE VIEW month_end_trend AS
SELECT
    s.month_end, s.primary_category,
    count(*) AS shops, count(s.score) AS scored_shops, avg(s.score) AS mean_score,
    sum(CASE WHEN s.marketing_eligible THEN 1 ELSE 0 END) AS admitted_shops,
    sum(CASE WHEN a.status = 'pass' THEN 1 ELSE 0 END) AS passing_shops,
    sum(CASE WHEN a.status = 'fail' THEN 1 ELSE 0 END) AS failing_shops,
    sum(CASE WHEN a.status = 'exit' THEN 1 ELSE 0 END) AS exit_shops,
    sum(CASE WHEN a.status IN ('exempt', 'not_assessed', 'not_scored') THEN 1 ELSE 0 END) AS other_shops
FROM month_end_scores s
LEFT JOIN monthly_assessments a ON a.month_end = s.month_end AND a.shop_id = s.shop_id
GROUP BY s.month_end, s.primary_category;

-- quality_by_day: one row for each table and day of its partitions, as the newest night that read it says.
CREATE OR REPLACE VIEW quality_by_day AS
SELECT
    q.extract AS extract_table, q.day AS partition_day, q.dt AS newest_night,
    sum(CASE WHEN q.reason = 'none' THEN q.row_count ELSE 0 END) AS rows_read,
    sum(CASE WHEN q.reason IN ('none', 'unknown_shop', 'unmatched_appeal') THEN 0 ELSE q.row_count END) AS rows_set_aside,
    sum(CASE WHEN q.reason = 'unknown_shop' THEN q.row_count ELSE 0 END) AS rows_of_unknown_shops,
    sum(CASE WHEN q.reason = 'unmatched_appeal' THEN q.row_count ELSE 0 END) AS unmatched_appeals
FROM quality q
JOIN (
    SELECT n.extract AS extract_table, n.day AS partition_day, max(n.dt) AS newest_night
    FROM quality n
    GROUP BY n.extract, n.day
) newest ON newest.extract_table = q.extract AND newest.partition_day = q.day AND newest.newest_night = q.dt
GROUP BY q.extract, q.day, q.dt;

-- near_threshold: one row for each shop of the newest night whose score lies within 0.2 points of marketing admission, or whose month
-- end is heading within 0.2 points of the monthly assessment. A margin below 0 is what is missing.
CREATE OR REPLACE VIEW near_threshold AS
SELECT
    s.dt, s.shop_id, s.shop_name, s.primary_category,
    s.score, s.marketing_min, round(s.score - s.marketing_min, 4) AS marketing_margin,
    o.score AS outlook_score, o.monthly_min, round(o.score - o.monthly_min, 4) AS monthly_margin
FROM scores s
LEFT JOIN outlook o ON o.dt = s.dt AND o.shop_id = s.shop_id
WHERE s.dt = (SELECT max(n.dt) FROM scores n)
    AND (round(abs(s.score - s.marketing_min), 4) <= 0.2 OR round(abs(o.score - o.monthly_min), 4) <= 0.2);
