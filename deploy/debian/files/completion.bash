# bash completion for nic-hang-exporter.
# Generated from the command line of the program by PackageFilesTests. Do not edit.

_nic_hang_exporter_devices() {
  local device
  for device in /sys/class/net/*/device; do
    [ -e "$device" ] || continue
    device=${device%/device}
    printf '%s\n' "${device##*/}"
  done
}
_nic_hang_exporter_takes_value() {
  case $1 in
    --web.listen-address | --web.telemetry-path | --web.config.file | --web.allowed-hosts | \
      --api.token-file | --path.sysfs | --path.procfs | --path.kmsg | --path.rootfs | --state.directory | \
      --hang.episode-gap | --hang.sample-interval | --stall.window | --ethtool.interval | \
      --ethtool.statistics | --device.max | --remediation.local | --remediation.webhook | \
      --remediation.api | --remediation.devices | --remediation.ladder | --remediation.profile | \
      --remediation.cooldown | --remediation.cooldown-max | --remediation.device-budget | \
      --remediation.host-budget | --remediation.verify-window | --remediation.proving-time | \
      --remediation.carrier-grace | --remediation.boot-grace | --remediation.confirm-window | \
      --remediation.deadline | --remediation.disable-file | --api.identities | --alerting.alertmanagers | \
      --alerting.labels | --alerting.config.file | --alerting.timeout | --log.level | --log.format | \
      --collector.features | --config.file | --format | --profile | --via | --features | --reason | --mode | \
      --device)
      return 0 ;;
    *) return 1 ;;
  esac
}

_nic_hang_exporter() {
  local current=${COMP_WORDS[COMP_CWORD]} word flag='' command='' arguments=0 i flags='' values=''
  COMPREPLY=()
  # --flag=value is three words here.
  [[ $current != = ]] || current=''
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ $word == = ]]; then :
    elif [[ $word == -* ]]; then flag=$word
    elif _nic_hang_exporter_takes_value "$flag"; then flag=''
    elif [[ ! $command || $command == quarantine ]]; then command="${command:+$command }$word"
    else arguments=$((arguments + 1)); fi
  done
  if _nic_hang_exporter_takes_value "$flag"; then
    case $flag in
    --web.telemetry-path | --web.config.file | --path.sysfs | --path.procfs | --path.kmsg | \
      --path.rootfs | --state.directory | --remediation.disable-file | --alerting.config.file | \
      --config.file)
      COMPREPLY=($(compgen -f -- "$current")) ;;
    --remediation.local | --remediation.webhook | --remediation.api | --mode)
      COMPREPLY=($(compgen -W 'off observe enforce' -- "$current")) ;;
    --remediation.devices | --device)
      COMPREPLY=($(compgen -W "$(_nic_hang_exporter_devices)" -- "$current")) ;;
    --log.level)
      COMPREPLY=($(compgen -W 'debug info warn error' -- "$current")) ;;
    --log.format)
      COMPREPLY=($(compgen -W 'logfmt json' -- "$current")) ;;
    --collector.features)
      COMPREPLY=($(compgen -W 'ladder all none' -- "$current")) ;;
    --format)
      COMPREPLY=($(compgen -W 'text json' -- "$current")) ;;
    --profile)
      COMPREPLY=($(compgen -W 'segmentation checksum receive eee pause classic' -- "$current")) ;;
    --via)
      COMPREPLY=($(compgen -W 'link udev hook' -- "$current")) ;;
    esac
    return
  fi
  case $command in
    '')
      flags='--web.listen-address --web.telemetry-path --web.config.file --web.allowed-hosts --api.token-file
        --api.allow-plaintext --no-api.allow-plaintext --path.sysfs --path.procfs --path.kmsg --path.rootfs
        --kmsg.accept-untrusted --no-kmsg.accept-untrusted --state.directory --hang.episode-gap
        --hang.sample-interval --stall.window --ethtool.interval --ethtool.permanent-address
        --no-ethtool.permanent-address --ethtool.statistics --device.max --remediation.local
        --remediation.webhook --remediation.api --remediation.devices --remediation.ladder
        --remediation.profile --remediation.cooldown --remediation.cooldown-max --remediation.device-budget
        --remediation.host-budget --remediation.verify-window --remediation.proving-time
        --remediation.carrier-grace --remediation.boot-grace --remediation.confirm-window --remediation.reinit
        --no-remediation.reinit --remediation.bounce --no-remediation.bounce --remediation.bounce-routes
        --no-remediation.bounce-routes --remediation.quarantine-reinit --no-remediation.quarantine-reinit
        --remediation.deadline --remediation.persist --no-remediation.persist --remediation.disable-file
        --api.identities --alerting.alertmanagers --alerting.labels --alerting.config.file --alerting.timeout
        --log.level --log.format --collector.kmsg --no-collector.kmsg --collector.stall --no-collector.stall
        --collector.statistics --no-collector.statistics --collector.link --no-collector.link
        --collector.queues --no-collector.queues --collector.info --no-collector.info --collector.features
        --collector.eee --no-collector.eee --collector.pause --no-collector.pause --collector.rings
        --no-collector.rings --collector.ethtool --no-collector.ethtool --collector.process
        --no-collector.process --collector.vf --no-collector.vf --collector.virtual --no-collector.virtual
        --config.check --config.file --help-all --version --help'
      values='devices diagnose episodes healthcheck pause persist quarantine remediate resume rollback setup status
        unpersist' ;;
    quarantine)
      flags=''
      values='clear' ;;
    'devices')
      flags='--format --state.directory --config.file' ;;
    'diagnose')
      flags='--format'
      values=$(compgen -f -- "$current") ;;
    'episodes')
      flags='--format --state.directory --config.file' ;;
    'healthcheck')
      flags='--state.directory --config.file' ;;
    'pause')
      flags='--format --state.directory --config.file' ;;
    'persist')
      flags='--profile --via --dry-run --show --format --state.directory --config.file'
      [[ $arguments -gt 0 ]] || values=$(_nic_hang_exporter_devices) ;;
    'quarantine clear')
      flags='--format --state.directory --config.file'
      [[ $arguments -gt 0 ]] || values=$(_nic_hang_exporter_devices) ;;
    'remediate')
      flags='--profile --features --recover --dry-run --reason --format --state.directory --config.file'
      [[ $arguments -gt 0 ]] || values=$(_nic_hang_exporter_devices) ;;
    'resume')
      flags='--format --state.directory --config.file' ;;
    'rollback')
      flags='--dry-run --reason --format --state.directory --config.file'
      [[ $arguments -gt 0 ]] || values=$(_nic_hang_exporter_devices) ;;
    'setup')
      flags='--yes --mode --device --persist --no-persist --profile --dry-run --undo --state.directory
        --config.file' ;;
    'status')
      flags='--format --state.directory --config.file' ;;
    'unpersist')
      flags='--format --state.directory --config.file'
      [[ $arguments -gt 0 ]] || values=$(_nic_hang_exporter_devices) ;;
  esac
  [[ $current != -* ]] || values=$flags
  COMPREPLY=($(compgen -W "$values" -- "$current"))
}

complete -o default -F _nic_hang_exporter nic-hang-exporter
