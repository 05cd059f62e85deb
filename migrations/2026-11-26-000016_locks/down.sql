DROP FUNCTION try_sealer_lock();
DROP TABLE sealer_lock, admin_lock;
