/*!50701 a; /* b; */ c; */ SELECT 1; /*!80013 x */; /*!99999 y */ SELECT 2; /*M!50701 SELECT 3 */;
