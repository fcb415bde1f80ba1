-- Devices of the person that joined until then were seen; 0 means: when this device joined.
ALTER TABLE progress ADD COLUMN devices_seen INTEGER NOT NULL DEFAULT 0;
