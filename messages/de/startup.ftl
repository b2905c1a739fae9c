# Der Dialog, der erscheint, wenn Zafu wegen einer beschädigten Datenbank nicht starten kann.
startup-restore = Sicherung wiederherstellen
startup-set-aside = Mit leerer Datenbank beginnen
startup-quit = Beenden
# $error ist eine ganze Meldung.
startup-restore-by-command = { $error } `zafu restore newest` stellt die Sicherung wieder her, `zafu restore empty` beginnt mit einer leeren Datenbank.
startup-set-aside-by-command = { $error } Führe dazu `zafu restore empty` aus.

# Das Programm wurde gestartet, wo sich kein Fenster zeigen lässt.
startup-no-window = Das Fenster kann nicht gezeigt werden ({ $reason }). `zafu sit --terminal` führt eine Sitzung ohne es aus.
startup-no-display = Hier gibt es keine Anzeige: `zafu sit --terminal` führt eine Sitzung ohne sie aus.
startup-display-unreachable = Die Anzeige { $display } ({ $variable }) ist nicht erreichbar: `zafu sit --terminal` führt eine Sitzung ohne sie aus.

# Das Programm wurde mit etwas anderem als dem Link einer Einladung gestartet.
startup-not-an-invitation = Zafu öffnet nur Links von Einladungen, die mit zafu://join/ beginnen. Es wurde nichts geändert.
