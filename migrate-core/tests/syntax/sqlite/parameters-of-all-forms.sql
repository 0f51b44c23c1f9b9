SELECT ?, ?12, :a, @b, $c, $d::e(f;g), #1; SELECT 2;
