/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40103 SET TIME_ZONE='+00:00' */;
/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;
/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
DROP TABLE IF EXISTS `child`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `child` (
  `id` int(11) unsigned NOT NULL AUTO_INCREMENT,
  `parent_id` int(11) unsigned DEFAULT NULL,
  `state` enum('a','b') COLLATE utf8mb4_unicode_ci NOT NULL DEFAULT 'a',
  `amount` decimal(10,2) GENERATED ALWAYS AS (`id` * 1.5) VIRTUAL,
  `data` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL CHECK (json_valid(`data`)),
  `created` timestamp /*!50606 NULL */ DEFAULT current_timestamp() ON UPDATE current_timestamp(),
  PRIMARY KEY (`id`),
  UNIQUE KEY `u` (`parent_id`,`state`),
  KEY `k` (`state`) USING BTREE,
  CONSTRAINT `child_fk` FOREIGN KEY (`parent_id`) REFERENCES `parent` (`id`) ON DELETE SET NULL ON UPDATE NO ACTION
) ENGINE=InnoDB AUTO_INCREMENT=5 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci ROW_FORMAT=DYNAMIC COMMENT='it''s a child';
/*!40101 SET character_set_client = @saved_cs_client */;
LOCK TABLES `child` WRITE;
/*!40000 ALTER TABLE `child` DISABLE KEYS */;
INSERT INTO `child` (`id`, `parent_id`, `state`) VALUES (1,NULL,'a'),(2,NULL,'b');
/*!40000 ALTER TABLE `child` ENABLE KEYS */;
UNLOCK TABLES;
CREATE TABLE `parent` (
  `id` int(11) unsigned NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB;
/*!50001 CREATE VIEW `v` AS SELECT
 1 AS `id`,
  1 AS `state` */;
/*!50001 DROP VIEW IF EXISTS `v`*/;
/*!50001 CREATE ALGORITHM=UNDEFINED */
/*!50013 DEFINER=`root`@`localhost` SQL SECURITY DEFINER */
/*!50001 VIEW `v` AS select `c`.`id` AS `id`,`c`.`state` AS `state` from (`child` `c` left join `parent` `p` on(`p`.`id` = `c`.`parent_id`)) where `c`.`amount` > 1 */;
DELIMITER ;;
/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`localhost`*/ /*!50003 TRIGGER `child_bi` BEFORE INSERT ON `child` FOR EACH ROW BEGIN SET NEW.state = 'a'; END */;;
DELIMITER ;
SELECT `state` FROM `v` WHERE `id` = 1;
ALTER TABLE `child` DROP FOREIGN KEY `child_fk`, DROP INDEX `u`, DROP KEY `k`;
/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;
/*!40014 SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS */;
