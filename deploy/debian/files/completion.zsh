#compdef nic-hang-exporter
# Generated from the command line of the program by PackageFilesTests. Do not edit.

_nic_hang_exporter_devices() {
  local -a devices
  devices=(/sys/class/net/*/device(N:h:t))
  _describe -t devices 'network device' devices
}
_nic_hang_exporter() {
  local context state state_descr line curcontext="$curcontext" command
  local -A opt_args
  local -a commands flags
  commands=(
    'devices:List the devices and their remediation state.'
    'diagnose:Say which NIC hung in a kernel log.'
    'episodes:List the hang episodes, or show one of them.'
    'healthcheck:Ask whether the exporter serves.'
    'pause:Stop remediation, except for rollback.'
    'persist:Keep offloads off at boot; --show lists them.'
    'quarantine:End its quarantine and cool-down.'
    'remediate:Turn offloads off; --recover resets it too.'
    'resume:End the pause.'
    'rollback:Undo all changes to a device.'
    'setup:Look at the host and set the service up.'
    'status:Show modes, kill switch and remediations.'
    'unpersist:Remove what persist has written.'
  )
  flags=(
    '*--web.listen-address=[Address to listen on\: \:PORT, IP\:PORT or ...]:ADDRESS: '
    '*--web.telemetry-path=[Path under which metrics are served]:PATH:_files'
    '*--web.config.file=[File with TLS, basic authentication and ...]:PATH:_files'
    '*--web.allowed-hosts=[Host name to accept in requests over ...]:NAME: '
    '*--api.token-file=[API user, its scope (read, remediate or ...]:NAME\:SCOPE=PATH: '
    '--api.allow-plaintext[Accept API requests that change ...]'
    '--no-api.allow-plaintext[Accept API requests that change ...]'
    '*--path.sysfs=[Mount point of the host'\''s sysfs]:PATH:_files'
    '*--path.procfs=[Mount point of the host'\''s procfs]:PATH:_files'
    '*--path.kmsg=[Kernel log device, or a pipe or ...]:PATH:_files'
    '*--path.rootfs=[Where the host'\''s root directory is ...]:PATH:_files'
    '--kmsg.accept-untrusted[Test mode\: count hang messages that user ...]'
    '--no-kmsg.accept-untrusted[Test mode\: count hang messages that user ...]'
    '*--state.directory=[Directory for counts, the remediation ...]:PATH:_files'
    '*--hang.episode-gap=[Time without a hang report after which a ...]:DURATION: '
    '*--hang.sample-interval=[How often transmit counters are sampled]:DURATION: '
    '*--stall.window=[How long packets must wait with none ...]:DURATION: '
    '*--ethtool.interval=[How often driver statistics are read by ...]:DURATION: '
    '--ethtool.permanent-address[Export the permanent hardware address as ...]'
    '--no-ethtool.permanent-address[Export the permanent hardware address as ...]'
    '*--ethtool.statistics=[Driver counter of ethtool -S to export ...]:NAME: '
    '*--device.max=[Maximum number of devices to watch]:NUMBER: '
    '*--remediation.local=[What to do when a NIC hangs\: off = ...]:MODE:(off observe enforce)'
    '*--remediation.webhook=[What an alert from Alertmanager'\''s ...]:MODE:(off observe enforce)'
    '*--remediation.api=[What a remediation request by the API ...]:MODE:(off observe enforce)'
    '*--remediation.devices=[Device that may be healed, by name or ...]:DEVICE:_nic_hang_exporter_devices'
    '*--remediation.ladder=[Profiles to apply to a driver'\''s devices, ...]:DRIVER=STAGES: '
    '*--remediation.profile=[Additional profile\: feature names of ...]:NAME=SETTINGS: '
    '*--remediation.cooldown=[Minimum time between two remediations of ...]:DURATION: '
    '*--remediation.cooldown-max=[Longest time to which ...]:DURATION: '
    '*--remediation.device-budget=[Remediations of one device in 24 hours ...]:NUMBER: '
    '*--remediation.host-budget=[Remediations of all devices of the host ...]:NUMBER: '
    '*--remediation.verify-window=[Time without a hang report after a ...]:DURATION: '
    '*--remediation.proving-time=[Time without a hang report after a ...]:DURATION: '
    '*--remediation.carrier-grace=[How long a link may be down after a ...]:DURATION: '
    '*--remediation.boot-grace=[Time after boot during which automatic ...]:DURATION: '
    '*--remediation.confirm-window=[Two hang reports within this time ...]:DURATION: '
    '--remediation.reinit[Reset a hung device by ETHTOOL_NWAY_RST ...]'
    '--no-remediation.reinit[Reset a hung device by ETHTOOL_NWAY_RST ...]'
    '--remediation.bounce[Reset a hung device by setting its link ...]'
    '--no-remediation.bounce[Reset a hung device by setting its link ...]'
    '--remediation.bounce-routes[Set the link down and up even if the ...]'
    '--no-remediation.bounce-routes[Set the link down and up even if the ...]'
    '--remediation.quarantine-reinit[Continue to reset a hung device in ...]'
    '--no-remediation.quarantine-reinit[Continue to reset a hung device in ...]'
    '*--remediation.deadline=[How long a kernel command may take ...]:DURATION: '
    '--remediation.persist[After a remediation that helped, also ...]'
    '--no-remediation.persist[After a remediation that helped, also ...]'
    '*--remediation.disable-file=[Kill switch\: while this file exists, no ...]:PATH:_files'
    '*--api.identities=[Name of this host in the labels ...]:NAME: '
    '*--alerting.alertmanagers=[Alertmanager URL to push hang episodes ...]:URL: '
    '*--alerting.labels=[Additional label of pushed alerts, as in ...]:NAME=VALUE: '
    '*--alerting.config.file=[File with credentials and TLS settings ...]:PATH:_files'
    '*--alerting.timeout=[Timeout of a request to an Alertmanager]:DURATION: '
    '*--log.level=[Log level\: debug, info, warn or error]:LEVEL:(debug info warn error)'
    '*--log.format=[Log format\: logfmt or json]:FORMAT:(logfmt json)'
    '--collector.kmsg[Hang messages from the kernel log]'
    '--no-collector.kmsg[Hang messages from the kernel log]'
    '--collector.stall[Hang detection by TX stalls and ...]'
    '--no-collector.stall[Hang detection by TX stalls and ...]'
    '--collector.statistics[All of /sys/class/net/<dev>/statistics, ...]'
    '--no-collector.statistics[All of /sys/class/net/<dev>/statistics, ...]'
    '--collector.link[Operational state, carrier, carrier ...]'
    '--no-collector.link[Operational state, carrier, carrier ...]'
    '--collector.queues[tx_timeout of each transmit queue\: one ...]'
    '--no-collector.queues[tx_timeout of each transmit queue\: one ...]'
    '--collector.info[Driver, bus address and firmware of each ...]'
    '--no-collector.info[Driver, bus address and firmware of each ...]'
    '*--collector.features=[Features (offloads) that have series\: ...]:FEATURES:(ladder all none)'
    '--collector.eee[Settings of energy-efficient Ethernet\: 4 ...]'
    '--no-collector.eee[Settings of energy-efficient Ethernet\: 4 ...]'
    '--collector.pause[Settings of flow control by pause ...]'
    '--no-collector.pause[Settings of flow control by pause ...]'
    '--collector.rings[Sizes of the descriptor rings\: 4 series ...]'
    '--no-collector.rings[Sizes of the descriptor rings\: 4 series ...]'
    '--collector.ethtool[A choice of the driver'\''s own counters ...]'
    '--no-collector.ethtool[A choice of the driver'\''s own counters ...]'
    '--collector.process[This process\: CPU, memory, file ...]'
    '--no-collector.process[This process\: CPU, memory, file ...]'
    '--collector.vf[Virtual functions (SR-IOV) from the ...]'
    '--no-collector.vf[Virtual functions (SR-IOV) from the ...]'
    '--collector.virtual[Devices without hardware as well ...]'
    '--no-collector.virtual[Devices without hardware as well ...]'
    '--config.check[Check the configuration, say what is ...]'
    '*--config.file=[YAML file with the same options]:PATH:_files'
    '--help-all[Show all options]'
    '--version[Show version information]'
    '--help[Show the common options]'
  )
  _arguments -C $flags '1: :->command' '*:: :->arguments' && return
  if [[ $state == command ]]; then
    _describe -t commands 'command' commands
    return
  fi
  command=$words[1]
  if [[ $command == quarantine ]]; then
    if (( CURRENT == 2 )); then
      compadd clear
      return
    fi
    command+=" $words[2]"
    shift words
    (( CURRENT-- ))
  fi
  case $command in
    'devices')
      _arguments \
        '*--format=[Output format\: text or json]:FORMAT:(text json)' \
        '*--state.directory=[Directory for counts, the remediation ...]:PATH:_files' \
        '*--config.file=[YAML file with the same options]:PATH:_files'
      ;;
    'diagnose')
      _arguments \
        '*--format=[Output format\: text or json]:FORMAT:(text json)' \
        '1:FILE:_files'
      ;;
    'episodes')
      _arguments \
        '*--format=[Output format\: text or json]:FORMAT:(text json)' \
        '*--state.directory=[Directory for counts, the remediation ...]:PATH:_files' \
        '*--config.file=[YAML file with the same options]:PATH:_files' \
        '1:ID: '
      ;;
    'healthcheck')
      _arguments \
        '*--state.directory=[Directory for counts, the remediation ...]:PATH:_files' \
        '*--config.file=[YAML file with the same options]:PATH:_files'
      ;;
    'pause')
      _arguments \
        '*--format=[Output format\: text or json]:FORMAT:(text json)' \
        '*--state.directory=[Directory for counts, the remediation ...]:PATH:_files' \
        '*--config.file=[YAML file with the same options]:PATH:_files'
      ;;
    'persist')
      _arguments \
        '*--profile=[Profile of offloads to turn off\: ...]:NAME:(segmentation checksum receive eee pause classic)' \
        '*--via=[Only this way\: link (a .link file), udev ...]:WAY:(link udev hook)' \
        '--dry-run[Show what would be done, and change ...]' \
        '--show[List what is kept off, whether it is in ...]' \
        '*--format=[Output format\: text or json]:FORMAT:(text json)' \
        '*--state.directory=[Directory for counts, the remediation ...]:PATH:_files' \
        '*--config.file=[YAML file with the same options]:PATH:_files' \
        '1:DEVICE:_nic_hang_exporter_devices'
      ;;
    'quarantine clear')
      _arguments \
        '*--format=[Output format\: text or json]:FORMAT:(text json)' \
        '*--state.directory=[Directory for counts, the remediation ...]:PATH:_files' \
        '*--config.file=[YAML file with the same options]:PATH:_files' \
        '1:DEVICE:_nic_hang_exporter_devices'
      ;;
    'remediate')
      _arguments \
        '*--profile=[Profile of offloads to turn off\: ...]:NAME:(segmentation checksum receive eee pause classic)' \
        '*--features=[Features to turn off\: ...]:A,B: ' \
        '--recover[Also reset the device\: ethtool -r, then ...]' \
        '--dry-run[Show what would be done, and change ...]' \
        '*--reason=[Reason to record in the journal]:TEXT: ' \
        '*--format=[Output format\: text or json]:FORMAT:(text json)' \
        '*--state.directory=[Directory for counts, the remediation ...]:PATH:_files' \
        '*--config.file=[YAML file with the same options]:PATH:_files' \
        '1:DEVICE:_nic_hang_exporter_devices'
      ;;
    'resume')
      _arguments \
        '*--format=[Output format\: text or json]:FORMAT:(text json)' \
        '*--state.directory=[Directory for counts, the remediation ...]:PATH:_files' \
        '*--config.file=[YAML file with the same options]:PATH:_files'
      ;;
    'rollback')
      _arguments \
        '--dry-run[Show what would be done, and change ...]' \
        '*--reason=[Reason to record in the journal]:TEXT: ' \
        '*--format=[Output format\: text or json]:FORMAT:(text json)' \
        '*--state.directory=[Directory for counts, the remediation ...]:PATH:_files' \
        '*--config.file=[YAML file with the same options]:PATH:_files' \
        '1:DEVICE:_nic_hang_exporter_devices'
      ;;
    'setup')
      _arguments \
        '--yes[Ask nothing\: for scripts]' \
        '*--mode=[observe or enforce]:MODE:(off observe enforce)' \
        '*--device=[Device by name or bus address; the ...]:DEVICE:_nic_hang_exporter_devices' \
        '--persist[Keep the settings of a healed device ...]' \
        '--no-persist[Do not keep them from now on]' \
        '*--profile=[Also keep this profile off from now on]:NAME:(segmentation checksum receive eee pause classic)' \
        '--dry-run[Show what would be done, and write ...]' \
        '--undo[Take back what setup did]' \
        '*--state.directory=[Directory for counts, the remediation ...]:PATH:_files' \
        '*--config.file=[YAML file with the same options]:PATH:_files'
      ;;
    'status')
      _arguments \
        '*--format=[Output format\: text or json]:FORMAT:(text json)' \
        '*--state.directory=[Directory for counts, the remediation ...]:PATH:_files' \
        '*--config.file=[YAML file with the same options]:PATH:_files'
      ;;
    'unpersist')
      _arguments \
        '*--format=[Output format\: text or json]:FORMAT:(text json)' \
        '*--state.directory=[Directory for counts, the remediation ...]:PATH:_files' \
        '*--config.file=[YAML file with the same options]:PATH:_files' \
        '1:DEVICE:_nic_hang_exporter_devices'
      ;;
    *) _message 'no more arguments' ;;
  esac
}

_nic_hang_exporter "$@"
