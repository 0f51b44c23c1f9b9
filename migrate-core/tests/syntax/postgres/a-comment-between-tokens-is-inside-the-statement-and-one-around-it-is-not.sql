-- before
SELECT -- ;
  1 /* ; */ + 2 -- after
; -- last
