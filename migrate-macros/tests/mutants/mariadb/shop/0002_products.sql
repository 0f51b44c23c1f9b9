CREATE TABLE categories (
    id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    parent_id INT,
    title VARCHAR(80) NOT NULL,
    CONSTRAINT categories_parent FOREIGN KEY (parent_id) REFERENCES categories (id) ON DELETE SET NULL
);

CREATE TABLE products (
    sku VARCHAR(32) NOT NULL PRIMARY KEY,
    category_id INT NOT NULL,
    title VARCHAR(200) NOT NULL,
    description TEXT,
    price DECIMAL(10,2) NOT NULL CHECK (price >= 0),
    state ENUM('draft', 'on sale', 'retired') NOT NULL DEFAULT 'draft',
    weight_grams INT UNSIGNED DEFAULT NULL,
    INDEX products_category (category_id),
    CONSTRAINT products_in_category FOREIGN KEY (category_id) REFERENCES categories (id)
);

CREATE INDEX products_title ON products (title(40));
