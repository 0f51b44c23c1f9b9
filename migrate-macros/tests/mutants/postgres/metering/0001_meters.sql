CREATE EXTENSION IF NOT EXISTS citext;
CREATE TYPE unit AS ENUM ('kWh', 'm3', 'l');
CREATE DOMAIN percentage AS numeric(5, 2) CHECK (VALUE BETWEEN 0 AND 100);

CREATE TABLE customers (
    customer_no integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    mail citext NOT NULL UNIQUE,
    discount percentage NOT NULL DEFAULT 0
);

CREATE TABLE meters (
    serial_no text PRIMARY KEY,
    customer_no integer NOT NULL REFERENCES customers (customer_no),
    measured_in unit NOT NULL,
    installed_on date NOT NULL DEFAULT CURRENT_DATE
);
CREATE INDEX meters_of_customer ON meters (customer_no, installed_on DESC);
