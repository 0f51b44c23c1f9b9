/*!40101 SET @old = @@sql_mode */;
SELECT /*! STRAIGHT_JOIN /* ; */ */ 1;
/*!80013 ALTER TABLE t ADD a int */;
