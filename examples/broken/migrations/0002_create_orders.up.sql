CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer bigint NOT NULL REFERENCES costumers (id)
);

CREATE INDEX CONCURRENTLY orders_customer ON orders (customer);
