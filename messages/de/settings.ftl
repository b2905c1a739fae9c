settings-title = Einstellungen

## Appearance

settings-appearance = Aussehen
settings-theme = Farben
settings-theme-system = System
settings-theme-light = Hell
settings-theme-dark = Dunkel
settings-language = Sprache
settings-language-system = System
settings-time = Zeit beim Sitzen
settings-time-hidden = Verborgen
settings-time-minutes = Minuten
settings-time-seconds = Sekunden
settings-fade = Knöpfe ausblenden nach
settings-fade-never = Nie
settings-dim = Danach schwarz werden
settings-dim-hint = Das ganze Fenster, bis du die Maus bewegst oder eine Taste drückst

## The sit that is offered first

settings-sit = Gewohnte Sitzung

## Sound

settings-sound = Klang
settings-volume = Lautstärke der Glocken
settings-volume-preview = Anhören

## This computer

settings-computer = Dieser Computer
settings-notify = Am Ende einer Sitzung benachrichtigen
settings-keep-awake = Den Computer beim Sitzen wach halten
settings-keep-screen-on = Den Bildschirm beim Sitzen anlassen
settings-close = Fenster schließen
settings-close-quit = Beendet Zafu
settings-close-tray = Lässt Zafu im Infobereich
settings-close-hint = Das Fenster zu schließen beendet nie eine Sitzung.
## Days

settings-days = Tage
settings-day = Ein Tag beginnt um
settings-day-hint = Frühere Sitzungen zählen zum Tag davor.
settings-streak = Tage in Folge zählen
settings-streak-hint = In der Übersicht
settings-today = Heutige Sitzungen vor einer Sitzung zeigen

## Account

settings-account-none = Kein Konto. Deine Sitzungen bleiben auf diesem Computer.
settings-account-open = Konto …
settings-account-sign-in = Anmelden …

## Presets

settings-presets = Vorlagen
settings-preset-delete = Vorlage { $name } löschen
settings-preset-none = Noch keine. Ändere eine Sitzung und speichere sie als Vorlage.
