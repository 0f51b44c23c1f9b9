CREATE TABLE carts (id INT);
