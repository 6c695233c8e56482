(function () {
  'use strict';
  function all(selector) { return Array.from(document.querySelectorAll(selector)); }
  function light(cut, on) {
    all('[data-cut="' + cut + '"]').forEach(function (e) { e.classList.toggle('on', on); });
  }
  all('[data-cut]').forEach(function (element) {
    var cut = element.getAttribute('data-cut');
    ['mouseenter', 'focus'].forEach(function (event) {
      element.addEventListener(event, function () { light(cut, true); });
    });
    ['mouseleave', 'blur'].forEach(function (event) {
      element.addEventListener(event, function () { light(cut, false); });
    });
    element.addEventListener('click', function () {
      var row = document.querySelector('#cuts tr[data-cut="' + cut + '"]');
      if (row !== null) { row.scrollIntoView({ block: 'nearest' }); }
    });
  });
  all('#cuts th button').forEach(function (button) {
    var column = button.parentElement.cellIndex;
    var down = false;
    function key(row) {
      var cell = row.cells[column];
      var value = cell.getAttribute('data-value');
      return value === null ? cell.textContent : Number(value);
    }
    function order(a, b) { return typeof a === 'string' ? a.localeCompare(b) : a - b; }
    button.addEventListener('click', function () {
      var body = document.querySelector('#cuts tbody');
      var rows = Array.from(body.rows);
      rows.sort(function (a, b) { return down ? order(key(b), key(a)) : order(key(a), key(b)); });
      rows.forEach(function (row) { body.appendChild(row); });
      down = !down;
    });
  });
  function openTarget() {
    var target = document.getElementById(location.hash.slice(1));
    if (target !== null) { target.open = true; }
  }
  addEventListener('hashchange', openTarget);
  openTarget();
}());
