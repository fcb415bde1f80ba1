INSERT INTO import_row (community_id, kind, code, body, at) VALUES ('01010101-0101-4101-8101-010101010100', 'households.csv', 'H-0001', '{"units":[]}', 1790000000000);
