DROP TABLE account_throttles;
