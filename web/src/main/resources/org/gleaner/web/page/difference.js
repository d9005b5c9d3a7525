const difference = { page() {} };
