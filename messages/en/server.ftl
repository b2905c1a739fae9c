# Errors of the account, its server and the keychain.
