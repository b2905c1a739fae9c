# Der Dialog, der erscheint, wenn Zafu wegen einer beschädigten Datenbank nicht starten kann.
startup-restore = Sicherung zurückholen
startup-set-aside = Mit leerer Datenbank beginnen
startup-quit = Beenden
# $error ist eine ganze Meldung.
startup-restore-by-command = { $error } Führe dazu `zafu restore` aus.
