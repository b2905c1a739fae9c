# Errors of the database and the data folder.

