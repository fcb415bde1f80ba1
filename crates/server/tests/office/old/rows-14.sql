UPDATE household_account SET automatic = 50000 WHERE household_id = '01010101-0101-4101-8101-010101010105';
