// DataRow messages straight from Arrow's buffers, a row at a time, without Python's lock.
//
// What it writes is what text.py and binary.py write; they are the reference, and write every column whose form is not
// listed here. A value that only they know (infinity, a year before Christ) ends the work with its column's number.

#define Py_LIMITED_API 0x030B0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

namespace {

// The order is that of Form in compiled_rows.py.
enum Form : int {
    BYTES, ITEMS, SWAPPED, BOOL_TEXT, BOOL_BINARY, INTEGER_TEXT, FLOAT_TEXT, NUMERIC_TEXT, NUMERIC_BINARY,
    DATE_TEXT, DATE_BINARY, TIMESTAMP_TEXT, TIMESTAMPTZ_TEXT, TIMESTAMP_BINARY, FORMS
};

constexpr int HEAD_BYTES = 7, LENGTH_BYTES = 4, COLUMNS_MAX = 32767;
constexpr int64_t DAY_MICROSECONDS = 86400000000, EPOCH_DAYS = 10957, EPOCH_MICROSECONDS = EPOCH_DAYS * DAY_MICROSECONDS;
// 0001-01-01 and 10000-01-01 in days since 1970.
constexpr int64_t FIRST_PLAIN_DAY = -719162, FIRST_LONG_DAY = 2932897;
constexpr int DIGITS_MAX = 39;
// sign, 0 and point before 39 digits; and four groups more than digits would need, with their header
constexpr int NUMERIC_TEXT_BYTES = DIGITS_MAX + 3, NUMERIC_BINARY_BYTES = 8 + 2 * (DIGITS_MAX / 4 + 3);
constexpr int INTEGER_TEXT_BYTES = 20, FLOAT_TEXT_BYTES = 32, DATE_TEXT_BYTES = 10, TIMESTAMP_TEXT_BYTES = 29;

struct Column {
    Form form;
    int64_t offset;
    int width;  // bytes of a value; of a numeric its digits behind the point
    const uint8_t *validity, *data;
    const int32_t *offsets;

    bool is_null(int64_t row) const { return validity && !bit(validity, offset + row); }
    static bool bit(const uint8_t *bits, int64_t at) { return bits[at >> 3] >> (at & 7) & 1; }
    template <class T> T at(int64_t row) const {
        T value;
        std::memcpy(&value, data + (offset + row) * sizeof(T), sizeof(T));
        return value;
    }
};

template <class T> uint8_t *put(uint8_t *out, T value) {  // most significant byte first
    for (int at = sizeof(T) - 1; at >= 0; --at) *out++ = static_cast<uint8_t>(static_cast<uint64_t>(value) >> at * 8);
    return out;
}

char *chars(uint8_t *out) { return reinterpret_cast<char *>(out); }
uint8_t *bytes(char *out) { return reinterpret_cast<uint8_t *>(out); }

uint8_t *copied(uint8_t *out, const void *from, size_t size) {
    std::memcpy(out, from, size);
    return out + size;
}

uint8_t *two_digits(uint8_t *out, int number) {
    *out++ = '0' + number / 10;
    *out++ = '0' + number % 10;
    return out;
}

template <class T> uint8_t *integer_text(uint8_t *out, T number) {
    return bytes(std::to_chars(chars(out), chars(out) + INTEGER_TEXT_BYTES, number).ptr);
}

int64_t integer(const Column &column, int64_t row) {
    switch (column.width) {
        case 1: return column.at<int8_t>(row);
        case 2: return column.at<int16_t>(row);
        case 4: return column.at<int32_t>(row);
        default: return column.at<int64_t>(row);
    }
}

// The shortest digits that read back; an exponent below 0.0001 and from 1e15 (single precision 1e6) up.
template <class T> uint8_t *float_text(uint8_t *out, T number) {
    if (std::isnan(number)) return copied(out, "NaN", 3);
    if (std::isinf(number)) return number > 0 ? copied(out, "Infinity", 8) : copied(out, "-Infinity", 9);
    const T size = std::fabs(number), large = sizeof(T) == 4 ? T(1e6) : T(1e15);
    const bool is_plain = size == 0 || (size >= T(1e-4) && size < large);
    const auto format = is_plain ? std::chars_format::fixed : std::chars_format::scientific;
    return bytes(std::to_chars(chars(out), chars(out) + FLOAT_TEXT_BYTES, number, format).ptr);
}

struct Decimal {  // its digits without leading zeros; none of zero
    char digits[DIGITS_MAX + 1];
    int count = 0;
    bool is_negative;

    explicit Decimal(const Column &column, int64_t row) {
        constexpr uint64_t HALF = 10000000000000000000u;  // 10^19
        struct { uint64_t low; int64_t high; } words;
        std::memcpy(&words, column.data + (column.offset + row) * 16, 16);
        is_negative = words.high < 0;
        unsigned __int128 size = static_cast<unsigned __int128>(static_cast<uint64_t>(words.high)) << 64 | words.low;
        if (is_negative) size = -size;
        if (!size) return;
        const uint64_t head = size >> 64 ? static_cast<uint64_t>(size / HALF) : 0;
        uint64_t rest = static_cast<uint64_t>(head ? size % HALF : size);
        if (!head) {
            count = static_cast<int>(std::to_chars(digits, digits + sizeof digits, rest).ptr - digits);
            return;
        }
        count = static_cast<int>(std::to_chars(digits, digits + sizeof digits, head).ptr - digits) + 19;
        for (int at = count; at > count - 19; rest /= 10) digits[--at] = static_cast<char>('0' + rest % 10);
    }

    // The digit at a power of ten.
    int digit(int power) const { return power >= 0 && power < count ? digits[count - 1 - power] - '0' : 0; }
};

uint8_t *numeric_text(uint8_t *out, const Column &column, int64_t row) {
    const Decimal number(column, row);
    const int scale = column.width, whole = number.count - scale;
    if (number.is_negative) *out++ = '-';
    if (whole > 0) out = copied(out, number.digits, whole);
    else *out++ = '0';
    if (!scale) return out;
    *out++ = '.';
    for (int zeros = whole; zeros < 0; ++zeros) *out++ = '0';
    return copied(out, number.digits + (whole > 0 ? whole : 0), number.count - (whole > 0 ? whole : 0));
}

// Base 10,000 digits: their count, the weight of the first, the sign, the digits behind the point, and they themselves.
uint8_t *numeric_binary(uint8_t *out, const Column &column, int64_t row) {
    const Decimal number(column, row);
    const int scale = column.width, whole = number.count - scale;
    const int lowest = -((scale + 3) / 4);
    const int highest = (whole > 0 ? (whole + 3) / 4 : 0) - 1;
    uint8_t *const head = out;
    out += 8;
    int weight = 0, count = 0;
    for (int group = highest, last = 0; group >= lowest; --group) {
        int value = 0;
        for (int power = group * 4 + 3; power >= group * 4; --power) value = value * 10 + number.digit(power + scale);
        if (!value) continue;
        if (!count) weight = group, last = group + 1;
        for (; last > group + 1; --last, ++count) out = put<int16_t>(out, 0);
        out = put<int16_t>(out, static_cast<int16_t>(value));
        last = group, ++count;
    }
    put<int16_t>(put<int16_t>(head, static_cast<int16_t>(count)), static_cast<int16_t>(weight));
    put<int16_t>(put<int16_t>(head + 4, number.is_negative ? 0x4000 : 0), static_cast<int16_t>(scale));
    return out;
}

uint8_t *date_text(uint8_t *out, int64_t day) {
    if (day < FIRST_PLAIN_DAY || day >= FIRST_LONG_DAY) return nullptr;
    // Years that begin in March end with the day that may be missing; eras of 400 such years are all as long.
    const int from_march = static_cast<int>(day + 719468), era = from_march / 146097, in_era = from_march % 146097;
    const int year_of_era = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    const int in_year = in_era - (year_of_era * 365 + year_of_era / 4 - year_of_era / 100);
    const int month_from_march = (in_year * 5 + 2) / 153;
    const int month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    const int year = era * 400 + year_of_era + (month <= 2);
    out = two_digits(two_digits(out, year / 100), year % 100);
    *out++ = '-';
    out = two_digits(out, month);
    *out++ = '-';
    return two_digits(out, in_year - (month_from_march * 153 + 2) / 5 + 1);
}

uint8_t *timestamp_text(uint8_t *out, int64_t moment) {
    const int64_t day = moment / DAY_MICROSECONDS - (moment % DAY_MICROSECONDS < 0);
    out = date_text(out, day);
    if (!out) return nullptr;
    const int64_t in_day = moment - day * DAY_MICROSECONDS;
    const int seconds = static_cast<int>(in_day / 1000000);
    int fraction = static_cast<int>(in_day % 1000000);
    *out++ = ' ';
    out = two_digits(out, seconds / 3600);
    *out++ = ':';
    out = two_digits(out, seconds / 60 % 60);
    *out++ = ':';
    out = two_digits(out, seconds % 60);
    if (!fraction) return out;
    *out++ = '.';
    out = two_digits(two_digits(two_digits(out, fraction / 10000), fraction / 100 % 100), fraction % 100);
    while (out[-1] == '0') --out;
    return out;
}

uint8_t *date_binary(uint8_t *out, int64_t day) {
    return day <= -INT32_MAX || day >= INT32_MAX ? nullptr : put<int32_t>(out, static_cast<int32_t>(day - EPOCH_DAYS));
}

uint8_t *timestamp_binary(uint8_t *out, int64_t moment) {
    const bool is_odd = moment < INT64_MIN + EPOCH_MICROSECONDS || moment == INT64_MAX;
    return is_odd ? nullptr : put<int64_t>(out, moment - EPOCH_MICROSECONDS);
}

uint8_t *zoned_text(uint8_t *out, int64_t moment) {
    // A day from either end the text may belong to another era in some zone: the reference decides.
    const bool is_plain = moment >= (FIRST_PLAIN_DAY + 1) * DAY_MICROSECONDS && moment < (FIRST_LONG_DAY - 1) * DAY_MICROSECONDS;
    return is_plain ? copied(timestamp_text(out, moment), "+00", 3) : nullptr;
}

uint8_t *swapped(uint8_t *out, const Column &column, int64_t row) {
    switch (column.width) {
        case 2: return put(out, column.at<uint16_t>(row));
        case 4: return put(out, column.at<uint32_t>(row));
        default: return put(out, column.at<uint64_t>(row));
    }
}

// Behind the last byte of the value; null where the value is odd.
uint8_t *value(uint8_t *out, const Column &column, int64_t row) {
    const int64_t at = column.offset + row;
    switch (column.form) {
        case BYTES: return copied(out, column.data + column.offsets[at], column.offsets[at + 1] - column.offsets[at]);
        case ITEMS: return copied(out, column.data + at * column.width, column.width);
        case SWAPPED: return swapped(out, column, row);
        case BOOL_TEXT: return *out = Column::bit(column.data, at) ? 't' : 'f', out + 1;
        case BOOL_BINARY: return *out = Column::bit(column.data, at), out + 1;
        case INTEGER_TEXT: return integer_text(out, integer(column, row));
        case FLOAT_TEXT:
            return column.width == 4 ? float_text(out, column.at<float>(row)) : float_text(out, column.at<double>(row));
        case NUMERIC_TEXT: return numeric_text(out, column, row);
        case NUMERIC_BINARY: return numeric_binary(out, column, row);
        case DATE_TEXT: return date_text(out, column.at<int32_t>(row));
        case DATE_BINARY: return date_binary(out, column.at<int32_t>(row));
        case TIMESTAMP_TEXT: return timestamp_text(out, column.at<int64_t>(row));
        case TIMESTAMPTZ_TEXT: return zoned_text(out, column.at<int64_t>(row));
        case TIMESTAMP_BINARY: return timestamp_binary(out, column.at<int64_t>(row));
        case FORMS: break;
    }
    return nullptr;
}

// All rows; how many bytes they took, or -1 - the number of the column that holds an odd value.
int64_t write_rows(uint8_t *const target, char letter, const std::vector<Column> &columns, int64_t rows) {
    uint8_t *out = target;
    const int count = static_cast<int>(columns.size());
    for (int64_t row = 0; row < rows; ++row) {
        uint8_t *const head = out;
        *out = static_cast<uint8_t>(letter);
        out += HEAD_BYTES;
        for (int at = 0; at < count; ++at) {
            const Column &column = columns[at];
            if (column.is_null(row)) {
                out = put<int32_t>(out, -1);
                continue;
            }
            uint8_t *const end = value(out + LENGTH_BYTES, column, row);
            if (!end) return -1 - at;
            put<int32_t>(out, static_cast<int32_t>(end - out - LENGTH_BYTES));
            out = end;
        }
        put<int16_t>(put<int32_t>(head + 1, static_cast<int32_t>(out - head - 1)), static_cast<int16_t>(count));
    }
    return out - target;
}

// The bytes that one value takes at most; of BYTES none, for they are counted.
int value_bytes_max(const Column &column) {
    switch (column.form) {
        case BYTES: return 0;
        case ITEMS: case SWAPPED: return column.width;
        case BOOL_TEXT: case BOOL_BINARY: return 1;
        case INTEGER_TEXT: return INTEGER_TEXT_BYTES;
        case FLOAT_TEXT: return FLOAT_TEXT_BYTES;
        case NUMERIC_TEXT: return NUMERIC_TEXT_BYTES;
        case NUMERIC_BINARY: return NUMERIC_BINARY_BYTES;
        case DATE_TEXT: return DATE_TEXT_BYTES;
        case DATE_BINARY: return 4;
        case TIMESTAMP_TEXT: case TIMESTAMPTZ_TEXT: return TIMESTAMP_TEXT_BYTES;
        case TIMESTAMP_BINARY: return 8;
        case FORMS: break;
    }
    return 0;
}

// The bytes of Arrow's buffer that a value takes; of bits none.
int stored_bytes(const Column &column) {
    switch (column.form) {
        case BYTES: case BOOL_TEXT: case BOOL_BINARY: return 0;
        case NUMERIC_TEXT: case NUMERIC_BINARY: return 16;
        case DATE_TEXT: case DATE_BINARY: return 4;
        case TIMESTAMP_TEXT: case TIMESTAMPTZ_TEXT: case TIMESTAMP_BINARY: return 8;
        default: return column.width;
    }
}

bool is_possible(Form form, int width) {
    switch (form) {
        case SWAPPED: return width == 2 || width == 4 || width == 8;
        case INTEGER_TEXT: return width == 1 || width == 2 || width == 4 || width == 8;
        case FLOAT_TEXT: return width == 4 || width == 8;
        case NUMERIC_TEXT: case NUMERIC_BINARY: return width >= 0 && width < DIGITS_MAX;
        default: return width >= 0;
    }
}

// What Python hands in, held for as long as it is read.
class Batch {
  public:
    std::vector<Column> columns;

    ~Batch() {
        for (Py_buffer &view : views_) PyBuffer_Release(&view);
    }

    // `list` holds a tuple a column: form, offset, width, validity, data, offsets. False with an exception set.
    bool read(PyObject *list, int64_t rows) {
        const Py_ssize_t count = PyList_Check(list) ? PyList_Size(list) : -1;
        if (count < 0 || count > COLUMNS_MAX || rows < 0) return refuse("no list of columns");
        views_.reserve(count * 3);
        for (Py_ssize_t at = 0; at < count; ++at) {
            int form;
            Column column;
            PyObject *validity, *data, *offsets;
            const char *const shape = "iLiOOO";
            PyObject *const item = PyList_GetItem(list, at);
            if (!PyTuple_Check(item)) return refuse("no column");
            if (!PyArg_ParseTuple(item, shape, &form, &column.offset, &column.width, &validity, &data, &offsets))
                return false;
            if (form < 0 || form >= FORMS || column.offset < 0) return refuse("no form");
            column.form = static_cast<Form>(form);
            if (!is_possible(column.form, column.width)) return refuse("no such width");
            if (!take(column, rows, validity, data, offsets)) return false;
            columns.push_back(column);
        }
        return true;
    }

    int64_t bytes_max(int64_t rows) const {
        int64_t row = HEAD_BYTES, counted = 0;
        for (const Column &column : columns) {
            row += LENGTH_BYTES + value_bytes_max(column);
            if (column.form == BYTES) counted += column.offsets[column.offset + rows] - column.offsets[column.offset];
        }
        return row * rows + counted;
    }

  private:
    std::vector<Py_buffer> views_;

    static bool refuse(const char *why) { return PyErr_SetString(PyExc_ValueError, why), false; }

    bool take(Column &column, int64_t rows, PyObject *validity, PyObject *data, PyObject *offsets) {
        const int64_t end = column.offset + rows;
        const bool is_bits = column.form == BOOL_TEXT || column.form == BOOL_BINARY;
        const int64_t size = is_bits ? (end + 7) / 8 : end * stored_bytes(column);
        const uint8_t *start = nullptr;
        if (!view(validity, (end + 7) / 8, &column.validity) || !view(data, size, &column.data)) return false;
        if (!column.data && !column.validity && column.form != BYTES && rows) return refuse("a column without data");
        if (column.form != BYTES) return true;
        const Py_ssize_t held = column.data ? views_.back().len : 0;
        if (!view(offsets, (end + 1) * 4, &start)) return false;
        column.offsets = reinterpret_cast<const int32_t *>(start);
        const bool is_within = column.offsets && column.offsets[column.offset] >= 0 && column.offsets[end] <= held;
        return is_within ? true : refuse("offsets reach beyond the data");
    }

    bool view(PyObject *object, int64_t size, const uint8_t **start) {
        *start = nullptr;
        if (object == Py_None) return true;
        views_.emplace_back();
        if (PyObject_GetBuffer(object, &views_.back(), PyBUF_SIMPLE) != 0) return views_.pop_back(), false;
        if (views_.back().len < size) return refuse("a buffer is too short");
        *start = static_cast<const uint8_t *>(views_.back().buf);
        return true;
    }
};

PyObject *bytes_max(PyObject *, PyObject *arguments) {
    Py_ssize_t rows;
    PyObject *list;
    Batch batch;
    if (!PyArg_ParseTuple(arguments, "nO", &rows, &list) || !batch.read(list, rows)) return nullptr;
    return PyLong_FromLongLong(batch.bytes_max(rows));
}

PyObject *write(PyObject *, PyObject *arguments) {
    Py_buffer target;
    char letter;
    Py_ssize_t rows;
    PyObject *list;
    if (!PyArg_ParseTuple(arguments, "w*cnO", &target, &letter, &rows, &list)) return nullptr;
    PyObject *answer = nullptr;
    {
        Batch batch;
        if (batch.read(list, rows)) {
            if (target.len < batch.bytes_max(rows)) {
                PyErr_SetString(PyExc_ValueError, "the target is too short");
            } else {
                int64_t written;
                Py_BEGIN_ALLOW_THREADS
                written = write_rows(static_cast<uint8_t *>(target.buf), letter, batch.columns, rows);
                Py_END_ALLOW_THREADS
                answer = PyLong_FromLongLong(written);
            }
        }
    }
    PyBuffer_Release(&target);
    return answer;
}

PyMethodDef METHODS[] = {
    {"bytes_max", bytes_max, METH_VARARGS, "How many bytes the rows take at most."},
    {"write", write, METH_VARARGS, "Write the rows; gives their bytes, or -1 - the column that holds an odd value."},
    {nullptr, nullptr, 0, nullptr},
};

PyModuleDef MODULE = {PyModuleDef_HEAD_INIT, "_data_rows", nullptr, 0, METHODS, nullptr, nullptr, nullptr, nullptr};

}  // namespace

PyMODINIT_FUNC PyInit__data_rows(void) { return PyModuleDef_Init(&MODULE); }
