DROP TABLE bulk_selections;
