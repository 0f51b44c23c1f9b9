SELECT a, t.b, c AS d, e f, count(*), app.g(1), h::text, 1, 'x'::text, i + j, t.* FROM t;
