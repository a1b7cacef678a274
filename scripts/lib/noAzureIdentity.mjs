// Stands in the bundles for @azure/identity, which the SQL driver uses for logins that RDS does not have.
export {};
