# Die Ergebnisse von `zafu doctor`, je eine Zeile: was geprüft wurde, dann sein Stand oder was fehlt und was zu tun ist.

doctor-ok = ok      { $what }: { $state }
doctor-problem = prüfen  { $what }: { $problem }

## Was geprüft wurde

doctor-version = Version
doctor-folder = Datenordner
doctor-logs = Protokolle
doctor-engine = Zafu
doctor-database = Datenbank
doctor-rescued = gerettete Datenbank
doctor-sound = Ton
doctor-notifications = Benachrichtigungen
doctor-keychain = Schlüsselbund
doctor-server = Server
doctor-tray = Infobereich

## Zustände, bei denen nichts zu tun ist

doctor-value = { $value }
doctor-folder-later = { $folder } (wird bei Bedarf angelegt)
doctor-engine-running = läuft
doctor-engine-stopped = läuft nicht
doctor-database-intact = unbeschädigt
doctor-database-older = von einem älteren Zafu, wird bei der nächsten Benutzung aktualisiert
doctor-database-none = noch nichts gespeichert
doctor-service-present = vorhanden
doctor-keychain-usable = benutzbar
doctor-server-ready = für Zafu eingerichtet
doctor-server-signed-out = kein Konto ist angemeldet, und keines ist nötig
doctor-system = Teil des Systems

## Probleme

doctor-rescued-found = Während die Datenbank geöffnet war, trat eine andere Datei an ihre Stelle. Was danach gespeichert wurde, ist in { $path }. `zafu restore { $path }` stellt es wieder her und behält, was jetzt da ist. Wenn du das getan hast, verschiebe die Datei in einen anderen Ordner.
doctor-bus = Die Dienste des Desktops sind nicht erreichbar ({ $reason }). Starte Zafu in einer Desktop-Sitzung.
doctor-notifications-none = Es gibt keinen Dienst für Benachrichtigungen. Installiere einen, zum Beispiel dunst oder mako.
doctor-keychain-unusable = Der Schlüsselbund ist nicht benutzbar ({ $reason }), daher bleibst du nur angemeldet, bis Zafu beendet wird. { $remedy }
doctor-keychain-install = Installiere gnome-keyring oder KWallet, und starte den Dienst mit dem Desktop.
doctor-keychain-unlock = Entsperre ihn, und erlaube Zafu, ihn zu benutzen.
doctor-server-unknown = Der Server wurde nicht geprüft, weil die Datenbank nicht lesbar ist.
doctor-server-problem = Der Server ist nicht für Zafu eingerichtet, daher wird nichts hochgeladen, und alles bleibt erhalten ({ $reason }). Der Administrator des Projekts muss ihn reparieren: siehe supabase/README.md.
doctor-tray-library = libayatana-appindicator3 ist nicht installiert. Installiere es, um ein Symbol im Infobereich zu haben.
doctor-tray-none = Dieser Desktop hat keinen Infobereich. Installiere unter GNOME die AppIndicator-Erweiterung. Ohne Infobereich zeigt ein erneutes Öffnen von Zafu das Fenster.
