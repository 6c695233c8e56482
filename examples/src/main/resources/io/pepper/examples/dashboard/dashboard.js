(function () {
  'use strict';
  var SVG = 'http://www.w3.org/2000/svg';
  var HOT = 80, FULL = 90, BUSY = 90;
  var state = null;
  var offset = 0;
  var lostAt = null;

  function byId(id) { return document.getElementById(id); }
  function element(name, style, text) {
    var made = document.createElement(name);
    if (style) { made.className = style; }
    if (text !== undefined) { made.textContent = text; }
    return made;
  }
  function drawn(name, attributes) {
    var made = document.createElementNS(SVG, name);
    Object.keys(attributes).forEach(function (key) { made.setAttribute(key, attributes[key]); });
    return made;
  }
  function known(value) { return typeof value === 'number' && isFinite(value); }
  function within(value, most) { return Math.max(0, Math.min(most, value)); }

  // Numbers with units.
  function short(value) {
    return value >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toPrecision(2);
  }
  function scaled(value, steps, units) {
    var index = 0;
    while (index < units.length - 1 && value >= steps) { value /= steps; index += 1; }
    return short(value) + ' ' + units[index];
  }
  function bytes(value) { return scaled(value, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']); }
  function rate(value) { return scaled(value, 1000, ['B/s', 'kB/s', 'MB/s', 'GB/s', 'TB/s']); }
  function seconds(value) {
    if (value >= 1) { return short(value) + ' s'; }
    return value >= 1e-3 ? short(value * 1e3) + ' ms' : short(value * 1e6) + ' µs';
  }
  function percent(value) { return Math.round(value) + ' %'; }

  // Times: the server's clock counts, so that a wrong clock of this machine does not make values look new.
  function now() { return Date.now() - offset; }
  function ageOf(time) { return Math.max(0, now() - time); }
  function duration(millis) {
    var whole = Math.round(millis / 1000);
    if (whole < 120) { return whole + ' s'; }
    if (whole < 7200) { return Math.round(whole / 60) + ' min'; }
    return whole < 172800 ? Math.round(whole / 3600) + ' h' : Math.round(whole / 86400) + ' days';
  }
  function clockTime(time) { return new Date(time).toLocaleTimeString(); }

  // Boards.
  function boardState(board) {
    var age = ageOf(board.readAt || state.source.answered);
    if (!board.known || age > state.gone) {
      return { name: 'gone', age: board.seen ? ageOf(board.readAt || board.seen) : NaN };
    }
    return { name: age > state.late ? 'late' : 'live', age: age };
  }
  function bar(share, level) {
    var svg = drawn('svg', { 'class': 'share', viewBox: '0 0 100 6', preserveAspectRatio: 'none', 'aria-hidden': 'true' });
    svg.appendChild(drawn('rect', { 'class': 'groove', width: '100', height: '6' }));
    svg.appendChild(drawn('rect', { 'class': 'fill ' + level, width: String(within(share, 100)), height: '6' }));
    return svg;
  }
  function figure(list, name, value, share, level) {
    var row = element('div', 'figure ' + (level || ''));
    row.appendChild(element('dt', '', name));
    var cell = element('dd', '', value);
    if (known(share)) { cell.appendChild(bar(share, level || '')); }
    row.appendChild(cell);
    list.appendChild(row);
  }
  function curve(loads) {
    if (loads.length < 2) { return null; }
    var end = loads[loads.length - 1][0];
    var span = Math.max(60000, end - loads[0][0]);
    var svg = drawn('svg', { 'class': 'curve', viewBox: '0 0 300 40', preserveAspectRatio: 'none', role: 'img',
      'aria-label': 'CPU load over the last ' + duration(end - loads[0][0]) });
    var line = '';
    loads.forEach(function (point, index) {
      var gap = index > 0 && point[0] - loads[index - 1][0] > 5 * Math.max(state.every, state.late / 3);
      line += (index === 0 || gap ? 'M' : 'L') + (300 - 300 * (end - point[0]) / span).toFixed(1) + ' '
        + (39 - 38 * within(point[1], 100) / 100).toFixed(1);
    });
    svg.appendChild(drawn('line', { x1: '0', x2: '300', y1: '39.5', y2: '39.5' }));
    svg.appendChild(drawn('path', { d: line }));
    return svg;
  }
  function partsOf(name) {
    var planned = state.plan ? state.plan.parts.filter(function (part) { return part.device === name; }).length : 0;
    return planned > 0 ? planned : state.served.filter(function (part) { return part.node === name; }).length;
  }
  function values(board) {
    var list = element('dl', 'figures');
    if (known(board.load)) { figure(list, 'CPU load', percent(board.load), board.load, board.load > BUSY ? 'high' : ''); }
    if (known(board.memoryTotal) && known(board.memoryFree) && board.memoryTotal > 0) {
      var used = 100 * (1 - board.memoryFree / board.memoryTotal);
      figure(list, 'Memory', percent(used) + ' of ' + bytes(board.memoryTotal), used, used > FULL ? 'high' : '');
    }
    if (known(board.disk)) { figure(list, 'Disk', percent(board.disk), board.disk, board.disk > FULL ? 'high' : ''); }
    if (known(board.celsius)) {
      figure(list, 'Temperature', Math.round(board.celsius) + ' °C', undefined, board.celsius > HOT ? 'high' : '');
    }
    if (known(board.clock)) { figure(list, 'Clock', percent(board.clock)); }
    figure(list, 'Power', known(board.watts) ? short(board.watts) + ' W' : 'no sensor');
    return list;
  }
  function card(board) {
    var how = boardState(board);
    var made = element('article', 'card ' + how.name);
    made.setAttribute('data-board', board.name);
    made.appendChild(element('h3', '', board.name));
    var facts = [];
    if (board.model) { facts.push(board.model); }
    if (known(board.cores)) { facts.push(short(board.cores) + (board.cores === 1 ? ' core' : ' cores')); }
    var count = partsOf(board.name);
    if (count > 0) { facts.push(count + (count === 1 ? ' part' : ' parts')); }
    if (facts.length > 0) { made.appendChild(element('p', 'facts', facts.join(' · '))); }
    if (how.name === 'gone') {
      made.appendChild(element('p', 'age', known(how.age) ? 'No values for ' + duration(how.age) : 'No values yet'));
    } else {
      made.appendChild(values(board));
      var recent = curve(board.loads);
      if (recent !== null) { made.appendChild(recent); }
      made.appendChild(element('p', 'age', board.readAt
        ? (how.name === 'late' ? 'Late: ' : '') + duration(how.age) + ' old' : 'Age unknown'));
    }
    if (how.name !== 'live') {
      board.problems.slice(0, 3).forEach(function (problem) { made.appendChild(element('p', 'problem', problem)); });
    }
    return made;
  }

  // Tables, whose rows become blocks on narrow screens.
  function table(columns, rows) {
    var made = element('table', 'responsive');
    var head = made.createTHead().insertRow();
    columns.forEach(function (column) {
      var cell = element('th', column.number ? 'number-cell' : '', column.name);
      cell.scope = 'col';
      head.appendChild(cell);
    });
    var body = made.createTBody();
    rows.forEach(function (row) {
      var line = body.insertRow();
      line.className = row.style || '';
      columns.forEach(function (column, index) {
        var cell = element('td', column.number ? 'number-cell' : '');
        cell.setAttribute('data-label', column.name);
        var content = row.cells[index];
        if (typeof content === 'string') { cell.textContent = content; } else if (content) { cell.appendChild(content); }
        line.appendChild(cell);
      });
    });
    return made;
  }
  function comparison(part, longest) {
    var svg = drawn('svg', { 'class': 'comparison', viewBox: '0 0 100 14', preserveAspectRatio: 'none', 'aria-hidden': 'true' });
    svg.appendChild(drawn('rect', { 'class': 'predicted', width: String(100 * part.predicted / longest), height: '6' }));
    if (known(part.measured)) {
      svg.appendChild(drawn('rect', { 'class': 'measured', y: '8', width: String(100 * part.measured / longest), height: '6' }));
    }
    return svg;
  }
  function deviceState(name) {
    var found = state.boards.filter(function (board) { return board.name === name; });
    return found.length === 0 ? 'not watched' : boardState(found[0]).name === 'gone' ? 'no values' : '';
  }
  function deployment() {
    var plan = state.plan;
    var place = byId('parts');
    var facts = ['planned ' + duration(ageOf(plan.created)) + ' ago'].concat(plan.phases.map(function (phase) {
      return phase.name + ' ' + short(phase.times) + ' × ' + seconds(phase.latency);
    })).concat([(plan.phases.length > 0 ? 'mean step ' : 'predicted latency ') + seconds(plan.latency),
      '90 % within ' + seconds(plan.p90Latency), 'one result every ' + seconds(plan.period),
      'bottleneck: ' + plan.bottleneck]);
    var longest = plan.parts.reduce(function (most, part) {
      return Math.max(most, part.predicted, known(part.measured) ? part.measured : 0);
    }, 1e-9);
    var rows = plan.parts.map(function (part, index) {
      var how = deviceState(part.device);
      var ratio = known(part.measured) ? part.measured / part.predicted : NaN;
      return {
        style: (how ? 'gone ' : '') + (ratio > 1.5 ? 'slow' : ''),
        cells: [String(index + 1), part.device + (how ? ' (' + how + ')' : ''), seconds(part.predicted),
          known(part.measured) ? seconds(part.measured) : 'not measured',
          known(ratio) ? ratio.toFixed(ratio < 100 ? 1 : 0) + ' ×' : '–', comparison(part, longest)]
      };
    });
    place.replaceChildren(element('p', 'facts', facts.join(' · ')), table([
      { name: 'Part' }, { name: 'Runs on' }, { name: 'Predicted', number: true }, { name: 'Measured', number: true },
      { name: 'Measured / predicted', number: true }, { name: 'Both' }], rows),
    element('p', 'legend', 'Upper bar: predicted. Lower bar: mean of the last minute, where the part\'s session is scraped.'));
  }
  function served() {
    function time(value) { return known(value) ? seconds(value) : '–'; }
    var rows = state.served.map(function (part) {
      var how = deviceState(part.node);
      var ratio = known(part.run) && part.predicted > 0 ? part.run / part.predicted : NaN;
      return {
        style: (how ? 'gone ' : '') + (ratio > 1.5 ? 'slow' : ''),
        cells: [part.deployment, part.part, part.node + (part.spare ? ' (spare)' : '') + (how ? ' (' + how + ')' : ''),
          known(part.runs) ? part.runs + (part.failures > 0 ? ', ' + part.failures + ' failed' : '') : '–',
          known(part.perSecond) ? short(part.perSecond) : '–', time(part.run), time(part.predicted),
          known(ratio) ? ratio.toFixed(ratio < 100 ? 1 : 0) + ' ×' : '–', time(part.queue), time(part.wire),
          time(part.predictedWire)]
      };
    });
    byId('served').replaceChildren(table([
      { name: 'Deployment' }, { name: 'Part' }, { name: 'Node' }, { name: 'Runs', number: true },
      { name: 'Per second', number: true }, { name: 'Run', number: true }, { name: 'Predicted', number: true },
      { name: 'Measured / predicted', number: true }, { name: 'Queue', number: true }, { name: 'On the wire', number: true },
      { name: 'Wire predicted', number: true }], rows));
  }
  function links() {
    var rows = state.links.map(function (link) {
      var share = known(link.bytesPerSecond) && known(link.plannedBytesPerSecond)
        ? link.bytesPerSecond / link.plannedBytesPerSecond : NaN;
      var measured = known(link.bytesPerSecond) || known(link.latency);
      var age = known(link.ageSeconds) ? 1000 * link.ageSeconds + ageOf(state.now) : NaN;
      var when = known(age) ? duration(age) + ' ago' : measured ? 'age unknown' : 'not measured';
      return {
        style: share < 0.5 ? 'slow' : '',
        cells: [link.from + ' → ' + link.to,
          known(link.bytesPerSecond) ? rate(link.bytesPerSecond) : '–',
          known(link.plannedBytesPerSecond) ? rate(link.plannedBytesPerSecond) : '–',
          known(share) ? percent(100 * share) : '–',
          known(link.latency) ? seconds(link.latency) : '–',
          when + (!measured && link.problems ? ': ' + link.problems.join('; ') : '')]
      };
    });
    byId('links').replaceChildren(table([
      { name: 'Link' }, { name: 'Measured', number: true }, { name: 'Planned', number: true },
      { name: 'Measured / planned', number: true }, { name: 'Latency', number: true }, { name: 'When', number: true }], rows));
  }

  function headline() {
    var line = byId('state');
    var from = state.source;
    if (lostAt !== null) {
      line.className = 'failed';
      line.textContent = 'The dashboard itself does not answer since ' + clockTime(lostAt) + '. Values below are of before.';
    } else if (from.failure) {
      line.className = 'failed';
      line.textContent = from.name + ' does not answer for ' + duration(ageOf(from.answered)) + ': ' + from.failure;
    } else {
      line.className = from.partial ? 'late' : 'live';
      var count = state.boards.length;
      line.textContent = from.name + ' · ' + count + (count === 1 ? ' board' : ' boards')
        + (state.omitted > 0 ? ', and ' + state.omitted + ' that are not shown' : '')
        + (from.partial ? ' · links and stages cannot be read: ' + from.partial : '');
    }
  }
  function show(id, visible) { byId(id + '-section').hidden = !visible; }
  function render() {
    if (state === null) { return; }
    headline();
    byId('boards').replaceChildren.apply(byId('boards'), state.boards.map(card));
    show('boards', state.boards.length > 0);
    show('parts', Boolean(state.plan));
    if (state.plan) { deployment(); }
    show('served', state.served.length > 0);
    served();
    show('links', state.links.length > 0);
    links();
  }

  function listen() {
    var events = new EventSource('events');
    events.onmessage = function (event) {
      state = JSON.parse(event.data);
      offset = Date.now() - state.now;
      lostAt = null;
      render();
    };
    events.onerror = function () {
      if (lostAt === null) { lostAt = Date.now(); }
      if (state === null) {
        byId('state').className = 'failed';
        byId('state').textContent = 'The dashboard does not send readings: too many pages may be open.';
      }
      render();
      // A browser retries after a broken connection, but not after a refusal.
      if (events.readyState === EventSource.CLOSED) { setTimeout(listen, 5000); }
    };
  }
  byId('no-script').remove();
  listen();
  // Ages grow even if nothing comes.
  setInterval(render, 1000);
}());
