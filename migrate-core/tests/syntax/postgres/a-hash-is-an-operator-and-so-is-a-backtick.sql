SELECT 1 # 2, `a;
