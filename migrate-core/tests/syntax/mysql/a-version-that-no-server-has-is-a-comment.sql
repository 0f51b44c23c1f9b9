/*!999999\- enable the sandbox mode */
SELECT 1;
