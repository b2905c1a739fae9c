setup-open-settings = Settings
setup-open-log = Past sits
setup-title = A new sit
setup-length = Length
setup-kind-timed = For a time
setup-kind-open = Open end
setup-kind-until = Until
setup-minutes = minutes
setup-shorter = Shorter
setup-longer = Longer
setup-length-invalid = Write a length from one second to a day: 25, 1:30, 90 s, 1 h 15.
setup-until-time = End at this time
setup-until-invalid = Write a time of day: 07:30.
setup-open-text = Until you end it
setup-open-hint = The lotus opens, ever more slowly
setup-until-hint = By the clock of this computer
setup-preset = Sit
setup-preset-default = My usual sit
setup-preset-changed = Changed
setup-preset-save = Keep as preset
setup-preparation = Preparation
setup-bells = Bells
setup-overtime = After the end
setup-start = Start
setup-unsettled =
    { $count ->
        [one] A sit waits for your word
       *[other] { $count } sits wait for your word
    }
setup-overtime-ask = Measure, then ask
setup-overtime-always = Measure and add
setup-overtime-never = Stop at the end
setup-preset-title = Keep this sit as a preset
setup-preset-name = Name
