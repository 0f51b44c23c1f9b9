SELECT pg_catalog.set_config('search_path', '', false);
SELECT set_config('a.b', 'c', true), 1;
