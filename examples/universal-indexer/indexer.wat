;; Tokens of the text in JSON lines, for WASI preview 1.
;;
;; Reads JSON from stdin, one object a line. Writes the tokens of its string values to stdout, one
;; a line, in the order of the text, and an empty line after the tokens of each object.
;;
;; A token is a run of ASCII letters and digits and of characters beyond ASCII; ASCII letters are
;; lower-cased. Keys are no text, and neither is a string directly under the key `id`.
;;
;; It looks at each byte once and keeps no more than the tokens of one line. Whether a string was a
;; key shows only in the colon after it, so its tokens are pending, between $out and $pend, until
;; then.
(module
  (import "wasi_snapshot_preview1" "fd_read"
    (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))

  ;; 0: one iovec (address, length)   8: bytes read or written   1024: input   131072: output, grows
  (memory (export "memory") 4)
  (global $INPUT i32 (i32.const 1024))
  (global $INPUT_SIZE i32 (i32.const 65536))
  (global $OUTPUT i32 (i32.const 131072))

  (global $out (mut i32) (i32.const 131072))  ;; end of what is sure
  (global $pend (mut i32) (i32.const 131072)) ;; end of what waits for a colon
  (global $word (mut i32) (i32.const 0))      ;; 1: a token has begun and has not ended
  (global $string (mut i32) (i32.const 0))    ;; 1: inside quotes
  (global $closed (mut i32) (i32.const 0))    ;; 1: a string ended, and nothing has followed
  (global $escape (mut i32) (i32.const 0))    ;; 1: after a backslash; 5 to 2: hex digits to come, and 1
  (global $hex (mut i32) (i32.const 0))
  (global $high (mut i32) (i32.const 0))      ;; the first half of a surrogate pair
  (global $skip (mut i32) (i32.const 0))      ;; 1: the value of `id`
  (global $seen (mut i32) (i32.const 0))      ;; 1: the line is not blank

  (func $put (param $byte i32)
    ;; One page more at a time, when the next byte has no place.
    (if (i32.ge_u (global.get $pend) (i32.shl (memory.size) (i32.const 16)))
      (then
        (if (i32.eq (memory.grow (i32.const 1)) (i32.const -1))
          (then (call $proc_exit (i32.const 2)) unreachable))))
    (i32.store8 (global.get $pend) (local.get $byte))
    (global.set $pend (i32.add (global.get $pend) (i32.const 1))))

  (func $end_word
    (if (global.get $word)
      (then
        (call $put (i32.const 10))
        (global.set $word (i32.const 0)))))

  (func $between (param $c i32) (param $low i32) (param $high i32) (result i32)
    (i32.and
      (i32.ge_u (local.get $c) (local.get $low))
      (i32.le_u (local.get $c) (local.get $high))))

  ;; A byte of text: part of a token, or its end.
  (func $text (param $c i32)
    (if (call $between (local.get $c) (i32.const 65) (i32.const 90))
      (then (local.set $c (i32.add (local.get $c) (i32.const 32)))))
    (if
      (i32.or
        (i32.or
          (call $between (local.get $c) (i32.const 97) (i32.const 122))
          (call $between (local.get $c) (i32.const 48) (i32.const 57)))
        (i32.ge_u (local.get $c) (i32.const 128)))
      (then
        (call $put (local.get $c))
        (global.set $word (i32.const 1)))
      (else (call $end_word))))

  ;; A code point, as UTF-8.
  (func $point (param $p i32)
    (if (i32.lt_u (local.get $p) (i32.const 0x80))
      (then (call $text (local.get $p)) (return)))
    (if (i32.lt_u (local.get $p) (i32.const 0x800))
      (then
        (call $text (i32.or (i32.const 0xc0) (i32.shr_u (local.get $p) (i32.const 6)))))
      (else
        (if (i32.lt_u (local.get $p) (i32.const 0x10000))
          (then
            (call $text (i32.or (i32.const 0xe0) (i32.shr_u (local.get $p) (i32.const 12)))))
          (else
            (call $text (i32.or (i32.const 0xf0) (i32.shr_u (local.get $p) (i32.const 18))))
            (call $tail (local.get $p) (i32.const 12))))
        (call $tail (local.get $p) (i32.const 6))))
    (call $tail (local.get $p) (i32.const 0)))

  (func $tail (param $p i32) (param $shift i32)
    (call $text
      (i32.or
        (i32.const 0x80)
        (i32.and (i32.shr_u (local.get $p) (local.get $shift)) (i32.const 0x3f)))))

  ;; Half a pair without its other half is U+FFFD.
  (func $lone
    (if (global.get $high)
      (then
        (global.set $high (i32.const 0))
        (call $point (i32.const 0xfffd)))))

  ;; What \uXXXX stands for: a code point, or half of one.
  (func $unit (param $u i32)
    (if (call $between (local.get $u) (i32.const 0xdc00) (i32.const 0xdfff))
      (then
        (if (i32.eqz (global.get $high))
          (then (call $point (i32.const 0xfffd)) (return)))
        (local.set $u
          (i32.add
            (i32.const 0x10000)
            (i32.or
              (i32.shl (i32.sub (global.get $high) (i32.const 0xd800)) (i32.const 10))
              (i32.sub (local.get $u) (i32.const 0xdc00)))))
        (global.set $high (i32.const 0))
        (call $point (local.get $u))
        (return)))
    (call $lone)
    (if (call $between (local.get $u) (i32.const 0xd800) (i32.const 0xdbff))
      (then (global.set $high (local.get $u)))
      (else (call $point (local.get $u)))))

  (func $digit (param $c i32) (result i32)
    (if (call $between (local.get $c) (i32.const 48) (i32.const 57))
      (then (return (i32.sub (local.get $c) (i32.const 48)))))
    (i32.and (i32.sub (i32.or (local.get $c) (i32.const 32)) (i32.const 87)) (i32.const 15)))

  ;; A byte inside quotes.
  (func $in_string (param $c i32)
    (if (i32.eq (global.get $escape) (i32.const 1))
      (then
        (if (i32.eq (local.get $c) (i32.const 117)) ;; u
          (then
            (global.set $escape (i32.const 5))
            (global.set $hex (i32.const 0)))
          (else
            ;; All other escapes stand for characters between words.
            (global.set $escape (i32.const 0))
            (call $lone)
            (call $end_word)))
        (return)))
    (if (global.get $escape)
      (then
        (global.set $hex
          (i32.or (i32.shl (global.get $hex) (i32.const 4)) (call $digit (local.get $c))))
        (global.set $escape (i32.sub (global.get $escape) (i32.const 1)))
        (if (i32.eq (global.get $escape) (i32.const 1))
          (then
            (global.set $escape (i32.const 0))
            (call $unit (global.get $hex))))
        (return)))
    (if (i32.eq (local.get $c) (i32.const 92)) ;; backslash
      (then (global.set $escape (i32.const 1)) (return)))
    (call $lone)
    (if (i32.eq (local.get $c) (i32.const 34)) ;; quote
      (then
        (call $end_word)
        (global.set $string (i32.const 0))
        (global.set $closed (i32.const 1)))
      (else (call $text (local.get $c)))))

  ;; The string before was a value.
  (func $settle
    (if (global.get $closed)
      (then
        (global.set $closed (i32.const 0))
        (if (global.get $skip)
          (then (global.set $pend (global.get $out)))
          (else (global.set $out (global.get $pend))))
        (global.set $skip (i32.const 0)))))

  ;; The string before was a key; that of an id if what is pending reads "id\n".
  (func $key
    (global.set $closed (i32.const 0))
    (global.set $skip (i32.const 0))
    (if (i32.eq (i32.sub (global.get $pend) (global.get $out)) (i32.const 3))
      (then
        (global.set $skip
          (i32.and
            (i32.eq (i32.load8_u (global.get $out)) (i32.const 105))
            (i32.eq (i32.load8_u offset=1 (global.get $out)) (i32.const 100))))))
    (global.set $pend (global.get $out)))

  (func $end_line
    ;; A string cannot hold a raw end of line: what has begun is dropped.
    (if (global.get $string)
      (then
        (global.set $string (i32.const 0))
        (global.set $escape (i32.const 0))
        (global.set $high (i32.const 0))
        (global.set $word (i32.const 0))
        (global.set $pend (global.get $out))))
    (call $settle)
    (global.set $skip (i32.const 0))
    (if (global.get $seen)
      (then
        (call $put (i32.const 10))
        (global.set $out (global.get $pend))
        (global.set $seen (i32.const 0))))
    (if (i32.gt_u (i32.sub (global.get $out) (global.get $OUTPUT)) (i32.const 32768))
      (then (call $flush))))

  (func $byte (param $c i32)
    (if (i32.eq (local.get $c) (i32.const 10))
      (then (call $end_line) (return)))
    (if (global.get $string)
      (then (call $in_string (local.get $c)) (return)))
    (if
      (i32.or
        (i32.eq (local.get $c) (i32.const 32))
        (i32.or (i32.eq (local.get $c) (i32.const 9)) (i32.eq (local.get $c) (i32.const 13))))
      (then (return)))
    (global.set $seen (i32.const 1))
    (if (i32.and (global.get $closed) (i32.eq (local.get $c) (i32.const 58))) ;; colon
      (then (call $key) (return)))
    (call $settle)
    (if (i32.eq (local.get $c) (i32.const 34))
      (then (global.set $string (i32.const 1)) (return)))
    ;; Anything else but a string is another value than that of the id.
    (global.set $skip (i32.const 0)))

  ;; Writes what is sure; only called while nothing is pending.
  (func $flush
    (local $from i32)
    (local.set $from (global.get $OUTPUT))
    (block $done
      (loop $more
        (br_if $done (i32.ge_u (local.get $from) (global.get $out)))
        (i32.store (i32.const 0) (local.get $from))
        (i32.store (i32.const 4) (i32.sub (global.get $out) (local.get $from)))
        (if (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))
          (then (call $proc_exit (i32.const 1)) unreachable))
        (local.set $from (i32.add (local.get $from) (i32.load (i32.const 8))))
        (br $more)))
    (global.set $out (global.get $OUTPUT))
    (global.set $pend (global.get $OUTPUT)))

  (func (export "_start")
    (local $at i32)
    (local $end i32)
    (block $done
      (loop $read
        (i32.store (i32.const 0) (global.get $INPUT))
        (i32.store (i32.const 4) (global.get $INPUT_SIZE))
        (if (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8))
          (then (call $proc_exit (i32.const 1)) unreachable))
        (br_if $done (i32.eqz (i32.load (i32.const 8))))
        (local.set $at (global.get $INPUT))
        (local.set $end (i32.add (global.get $INPUT) (i32.load (i32.const 8))))
        (loop $next
          (call $byte (i32.load8_u (local.get $at)))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br_if $next (i32.lt_u (local.get $at) (local.get $end))))
        (br $read)))
    (call $end_line)
    (call $flush)))
