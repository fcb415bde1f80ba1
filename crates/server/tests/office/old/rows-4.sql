UPDATE person SET left_at = 1790000100000, version = version + 1 WHERE id = '01010101-0101-4101-8101-01010101010c';
UPDATE changes SET body = NULL, version = version + 1 WHERE entity = 'person' AND id = '01010101-0101-4101-8101-01010101010c';
